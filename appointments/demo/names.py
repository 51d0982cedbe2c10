"""What the demo's patients are called: invented people from many places, written as they write themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tradition:
    """Names that are put together one way: ``{given}`` and ``{family}`` in ``pattern``."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    pattern: str = "{given} {family}"


TRADITIONS = (
    Tradition(
        ("Wanjiru", "Achieng", "Kipchoge", "Mwende", "Baraka", "Njeri", "Otieno", "Chebet", "Makena", "Kamau"),
        ("Kariuki", "Odhiambo", "Cheruiyot", "Mutua", "Wafula", "Ng'ang'a", "Ong'ondo", "Nyambura", "Kiplagat"),
    ),
    Tradition(
        ("Grace", "Brian", "Faith", "Dennis", "Mercy", "Kevin", "Joyce", "Collins"),
        ("Wambui Mwangi", "Atieno Okoth", "Kiprotich Rono", "Muthoni Gitau", "Akinyi Were", "Barasa Simiyu"),
    ),
    Tradition(
        ("Sean", "Siobhán", "Aoife", "Ciarán", "Niamh", "Mary-Kate"),
        ("O'Neill", "O’Brien", "D'Arcy", "MacGillivray", "Fitzgerald-Byrne", "Ní Dhomhnaill"),
    ),
    Tradition(
        ("José", "María José", "Íñigo", "Lucía", "Ángel", "Begoña"),
        ("García Núñez", "Muñoz Ibáñez", "Peña López", "de la Fuente", "Agüero Martínez"),
    ),
    Tradition(
        ("Zoë", "Jean-François", "Anaïs", "Noël", "Hélène", "Marie-Thérèse"),
        ("Lefèvre", "Benoît", "d'Estrées", "Saint-Amour", "L'Hôte", "Çelik-Dubois"),
    ),
    Tradition(
        ("Jürgen", "Käthe", "Björn", "Åsa", "Søren", "Þórunn"),
        ("Müller-Lüdenscheidt", "Groß", "von der Heide", "Ångström", "Kjærgaard", "Guðmundsdóttir"),
    ),
    Tradition(
        ("Łukasz", "Małgorzata", "Jiří", "Božena", "Ștefan", "Győző"),
        ("Wójcik", "Dvořák", "Szczęsny", "Černá", "Țepeș", "Őry"),
    ),
    Tradition(
        ("Amina", "Yusuf", "Khadija", "Abdirahman", "Zainab", "Ibrahim"),
        ("Abdi Warsame", "al-Rashid", "bint Omar", "Ben Youssef", "Abd el-Hakim", "Haji Nur"),
    ),
    Tradition(("محمد", "فاطمة", "ليلى", "يوسف"), ("الحسن", "بن علي", "عبد الرحمن", "الزهراني")),
    Tradition(("ሰላም", "አበበ", "ትዕግስት", "ዳዊት"), ("ተስፋዬ", "ገብረ ማርያም", "በቀለ")),
    Tradition(
        ("Priya", "Arjun", "Lakshmi", "Harpreet", "Venkatesh", "Ananya"),
        ("Raghunathan", "Subramaniam", "Chattopadhyay", "Kaur Gill", "Patel", "D'Souza"),
    ),
    Tradition(("प्रिया", "अर्जुन", "सीता"), ("शर्मा", "वर्मा", "त्रिपाठी")),
    Tradition(("伟", "芳", "秀英", "小明"), ("王", "李", "欧阳", "陈"), "{family}{given}"),
    Tradition(("さくら", "健太", "美咲"), ("佐藤", "高橋", "五十嵐"), "{family} {given}"),
    Tradition(("서연", "민준", "지우"), ("김", "박", "남궁"), "{family}{given}"),
    Tradition(("Thị Hồng Nhung", "Văn Đức", "Ngọc Ánh"), ("Nguyễn", "Trần", "Đặng"), "{family} {given}"),
    Tradition(("Олена", "Дмитрий", "Наталія"), ("Шевченко", "Кузнецов-Орлов", "Лук'яненко")),
    Tradition(("Ελένη", "Γιώργος", "Δήμητρα"), ("Παπαδοπούλου", "Οικονόμου")),
    Tradition(("İpek", "Çağrı", "Işıl"), ("Yıldırım", "Öztürk", "Şahin")),
    Tradition(("Adébáyọ̀", "Chukwuemeka", "Ngozi", "Kwame"), ("Ọláwálé", "Nwachukwu-Eze", "Owusu", "Mensah")),
    Tradition(("שרה", "יעקב"), ("לוי", "בן־דוד")),
)

# What systems made for first and last names break on.
SINGULAR = (
    "Sukarmin",
    "Madhavan",
    "Teuku",
    "Nurhayati",
    "Ng",
    "Bo",
    "Xi O",
    "Ana María de los Ángeles Fernández de Villavicencio y Álvarez-Montesinos",
    "Warnakulasuriya Arachchige Don Kumarasinghe Samarawickrama Jayawardena",
    "Kealiʻiokalani Kawainohoikalaʻi-Māhoe",
    "Chananchida Rattanaphongphaisansakul na Chiangrung",
    "Null Nullmann",
    "Jan van 't Hoff-de Vries",
    "Mary Smith-Jones (née Test)",
)

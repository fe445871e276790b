"""The words of Spanish that say something about a time near them, from its tense to its kind.

`english/lexicon.py` says what each of them is for.
"""

import re

from domain.promise_guard.match import compiled
from domain.promise_guard.spanish.fragments import FRAGMENTS


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    return re.compile("|".join(listed.split()))


def _forms_but(others: str, listed: str) -> re.Pattern[str]:
    return re.compile(f"(?!(?:{'|'.join(others.split())})\\Z)(?:{'|'.join(listed.split())})")


def _inflected(stems: str, endings: str) -> frozenset[str]:
    return frozenset(stem + ending for stem in stems.split() for ending in endings.split())


# Structure
TELLTALES = _words("""
    el la los las del que en un una unos unas por para con su sus se lo le les al y de nos
    estamos esta este estara como mas pero cuando ya hoy manana ayer lunes martes miercoles jueves
    viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre
    noviembre diciembre semana semanas dia dias horas minutos mes meses ano pronto breve antes
    hasta dentro solucion correccion sera quedara tendra hemos fue desde
    entre muy todo todos nuestro nuestra usted ustedes lista listo resuelto corregido plazo
    fecha proximo proxima tarde noche medianoche mediodia creo creemos vamos va tras durante
    problema fallo incidencia servicio equipo gracias estan falta casi rato
    ningun ninguna aun tambien seguimos puede pueden volvera funcionara
""")
LOOKS = re.compile(
    "[a-z]{2,30}(?:cion|ciones|mente|idades|[aei]remos|[bd]remos|ando|iendo|ieron|aron)"
)
ABBREVIATIONS = _words("aprox sr sra dr dra etc num pag ud uds tel ej ca")
SUBORDINATORS = _words("que porque cuando si aunque mientras donde cual cuales cuyo cuya pues")
COORDINATORS = _words("y e o u pero sino ni")
OR = _words("o u")
THEREFORE = _words("entonces luego asi")
WITHIN = _words("en dentro")
FOR_WHEN = _words("para hasta")
ARTICLES = frozenset[str]()
"""No noun follows a time that qualifies it: "las facturas de diciembre"."""
DETERMINERS = _words("""
    el la los las un una unos unas su sus este esta estos estas ese esa esos esas nuestro nuestra
    mi algun alguna ningun ninguna otro otra
""")
PREPOSITIONS = _words("de en con por a para sin sobre del al")
SUBJECTS = frozenset[str]()
NOT_A_NOUN = frozenset[str]()

# Future
_NO_FUTURE = """
    para cara clara claras rara caras espera esperan repara reparan separa compara prepara preparan
    declara retira retiran mira miran gira giran aspira expira expiran supera superan genera
    generan
    opera operan altera alteran libera considera consideran acelera numera enumera manera primera
    tercera cualquiera entera enteras cartera carrera frontera bandera tarjetera fuera quiera
    quieran hubiera fuese pudiera tuviera estuviera compre compare entre siempre sobre mire retire
    espere repare prepare genere supere espere considere separe opere
    operaria camara pantalla compra compran muestra encuentra administra registra logra
    dispara barra borra agarra cierra cierran encierra entierra corre ocurre ocurra recorre
    ocurran corran borre cierre abre abra cubre cubra descubre sufre sufra requiera requieran
    adquiera prefiera refiera sugiera difiera transfiera averia averias materia materias bateria
    baterias libreria galeria mensajeria ingenieria diaria diarias horaria horarias necesaria
    necesarias primaria ordinaria ordinarias varia varias secundaria tributaria bancaria bancarias
    monetaria contraria propietaria usuaria usuarias secretaria tesoreria temporaria salaria
    cafeteria loteria panaderia inmobiliaria arbitraria voluntaria originaria binaria binarias
    sanitaria universitaria cuenta disparan mediara mejora mejoran incorpora incorporan elabora
    colabora demora demoran primavera primaveras companera companeras enfermera enfermeras
    ingeniera
    cabecera cabeceras escalera papelera consejera cajera cajeras obrera extranjera extranjeras
    financiera financieras ganadera pasajera ligera mera sincera severa esfera mascara mentira
    software hardware firmware malware aire aires funcionaria beneficiaria destinataria notaria
    complementaria complementarias prioritaria aduanera agraria periferia miseria requiere
    requieren
    refiere refieren prefiere prefieren sugiere adquiere difiere transfiere quiere quieren infiere
    espera hubieran fueran pare declare dispare retirada
"""
FUTURE = _forms_but(
    _NO_FUTURE,
    r"""
        [a-z]{2,16}(?:ar|er|ir)(?:a|an|e|emos|ia|ian|iamos) seran?|seremos|seria[ns]? iran?|iremos
        veran?|veremos daran?|daremos|daria[ns]?
        [a-z]{0,6}(?:ten|pon|ven|sal|po|val)dr(?:an?|e|emos|ian?|iamos)
        (?:hab|quer|sab|cab)r(?:an?|e|emos|ian?|iamos)
        (?:des|re)?har(?:an?|e|emos|ian?) dir(?:an?|e|emos|ian?)
        vamos vayan? esperamos espero confi(?:o|amos) cre(?:o|emos) calcul(?:o|amos)
        estim(?:o|amos)
        pens(?:o|amos)|pienso prev(?:eo|emos) planeamos preven?
        pretend(?:o|emos) garantiz(?:o|amos|ado)
        garanti[zc]\w{1,4} asegur(?:o|amos) promet(?:o|emos|e|ido) compromet(?:o|emos|ido) contamos
        cuenten? previst[oa]s? prevision program(?:ado|ada|ados|adas) planificad[oa]s?
        planead[oa]s?
        agendad[oa]s? estimad[oa]s? estimacion probablemente seguramente
        posiblemente previsiblemente posible probable queremos aspiramos objetivo compromiso
        promesa
        aplazad[oa]s?
        pospuest[oa]s? propuest[oa]s? comprometid[oa]s? programamos va van voy
        finalizan? concluyen? estrenamos calculen? plazo duracion intencion
        confiad[oa]s? dispondr(?:an?|emos)
    """,
)
AS_PLANNED = _words("como segun")
SURE_FUTURE = _forms_but(
    _NO_FUTURE,
    r"""
        [a-z]{2,16}(?:ar|er|ir)(?:a|an|emos) seran?|seremos iran?|iremos veran?|veremos
        [a-z]{0,6}(?:ten|pon|ven|sal|po)dr(?:an?|emos) (?:hab|quer|sab)r(?:an?|emos)
        haran?|haremos diran?|diremos vamos esperamos prevemos calculamos manana pronto
        previst[oa]s? garantizamos prometemos
    """,
)
_NOT_OUR_WORK = """
    hemos estamos tenemos sabemos podemos vemos seguimos somos lamentamos sentimos agradecemos
    entendemos comprendemos conocemos rogamos pedimos ultimos proximos maximos minimos mismos
    tramos
    ramos demos haremos recibimos observamos vimos fuimos dimos
"""
OUR_WORK = _forms_but(
    _NOT_OUR_WORK,
    r"""
        correccion(?:es)? solucion(?:es)? arreglos? parches? reparacion(?:es)? actualizacion(?:es)?
        entregas? despliegues? publicacion lanzamiento restauracion restablecimiento recuperacion
        mantenimiento trabajos? instalacion hotfix list[oa]s? disponibles? terminad[oa]s?
        [a-z]{2,12}(?:amos|emos|imos) arreglad[oa]s? corregid[oa]s? resuelt[oa]s? solucionad[oa]s?
        reparad[oa]s? restablecid[oa]s? restaurad[oa]s? operativ[oa]s? resolucion migracion
        sustitucion activacion puesta reapertura normalizacion finalizacion revision fix release
        termina[n]? acaba[n]? arregla[n]? corrige[n]? resuelve[n]? soluciona[n]? instala[n]?
        publica[n]? entrega[n]? despliega[n]? vuelve[n]? recibe[n]? lanza[n]? funciona[n]?
    """,
)
WE = _words("""
    nosotros nosotras yo equipo tecnico tecnicos tecnica desarrollador desarrolladora
    desarrolladores desarrollo proveedor fabricante ingenieros ingenieria especialista
    especialistas
    companeros colegas
""")
RESOLUTION = _forms(r"""
    (?:arregl|correg|corrig|corrij|resuel|resol|solucion|repar|restable|restaur|recuper)[a-z]{0,12}
    (?:normaliz|subsan|desplieg|despleg|instal|reactiv)[a-z]{0,12} publica[a-z]{0,6}
    funcion[a-z]{1,6}
    list[oa]s? disponibles? operativ[oa]s? parches? termin[a-z]{1,6} acab[a-z]{1,6}
    entrega[a-z]{0,6}
    version(?:es)? correccion(?:es)? arreglo hecho vuelve volver[a-z]{0,4}
""")
PUT_RIGHT = _inflected(
    """
    arreglad corregid resuelt solucionad reparad restablecid restaurad recuperad list terminad
    acabad operativ desaparecid subsanad normalizad hech zanjad activ
    """,
    "o a os as",
) | _words("""
    disponible disponibles funciona funcionan funcionar funcionara funcionaran funcionando
    correctamente normal normalidad orden bien solucion correccion definitiva acceder volver vuelve
    vuelven volvera volveran correcto correcta correctos correctas normalizara normalizaran
    restablecera desaparecera trabajar imprimir resolvera solucionara corregira arreglara arregla
    corrige resuelve soluciona resolveremos solucionaremos corregiremos arreglaremos resolver
    solucionar corregir arreglar arreglarlo solucionarlo resolverlo corregirlo restablecer linea
    pie marcha sitio cuadrado cuadrada cuadrados cuadradas
""")
DELIVERY = _words("""
    envia enviamos envio enviare entrega entregamos recibe recibira recibiran tendra tendran
    instala instalamos publica publicamos despliega desplegamos sale llega llegara acaba termina
    respondo respondemos contesto damos doy dejo dejamos acabo termino tiene tienen tenemos podra
    podran     puede cuente cuenten vera veran lanzamos lanza subimos sube activamos activa
    reponemos paso
    arreglo soluciono estrena estrenan repone reponen habilita habilitan llegan salen sustituye
    entra entran elimina desaparece quedan queda concluye finaliza normalice ira
    levanta levantan vacia monta montan montamos sustituyen cambia cambian retira retiran aplica
    aplican
""")
LEADS_AHEAD = _words("para antes hasta dentro")
NEGATIONS = _words("no nunca sin tampoco")
ABLE = _words("puede pueden podra podran podremos es esta estan queda quedan funciona vuelve")
RELEASE_NOUNS = _forms("version(?:es)? actualizacion(?:es)? parches? entrega despliegue release")
CONTACT = _words("""
    contacto novedades noticias escribiremos informaremos avisaremos comunicaremos informacion
    escribire informare avisare contactaremos corriente noticia saber
""")
CONTACT_WITH_BACK = frozenset[str]()
SET_BY_US_AFTER = frozenset[str]()

# Past
_AR = """
    fall afect dej lleg empez comenz qued funcion trabaj instal notific report inform observ intent
    prob carg guard public arregl solucion repar restaur recuper cambi actualiz tard dur esper llam
    consult complet termin acab bloque cerr registr encontr mostr envi entreg ejecut par cort caus
    provoc aument baj normaliz borr elimin import export sincroniz conect inici reinici detect
    present modific pas us utiliz cre habl coment indic solicit mencion pregunt explic confirm
    revis analiz prepar logr activ desactiv configur est cont compr lanz avis regres estabiliz
    degrad factur asign mejor empeor agot rechaz acept cancel anul renov caduc copi mand llev entr
    apag encend arranc salt mand ocasion gener retras aplaz adelant pospus elev super tom gan
    desconect colg recarg recalcul valid firm pag cobr form aprob anot reclam reserv adjunt
    contest abandon aloj migr reinstal reemplaz sustitu oper control vari agrav propag filtr
    mostr demor alarg prolong realiz inspeccion coordin implement despleg program volc escal
"""
_ER_IR = """
    aparec ocurr suced volv perd interrump recib escrib sal respond resolv restablec desaparec sufr
    abr romp decid exist cumpl perd subi reduc permit
"""
WAS = (
    _inflected(_AR, "aron aba aban abamos oe")
    | _inflected(_ER_IR, "io ioe ieron ia ian")
    | _words("""
    fue fueron fui era eran habia habian hubo tuvo tuvieron tuvimos estuvo estuvieron estuvimos
    hizo hicieron hicimos pudo pudieron pudimos puso pusieron quiso vino vinieron supo dio dieron
    vio vieron dijo dijeron produjo produjeron pidio pidieron corrigio corrigieron detuvo
    detuvieron
    mantuvo siguio siguieron cayo cayeron tenia tenian podia podian decia queria sabia seguia iba
    iban salieron introdujo introdujeron obtuvo trajo trajeron repitio repitieron sintio
    fallo
    dejo quedo llego empezo comenzo afecto provoco causo tardo detecto presento modifico funciono
    instalo normalizo reservo
    """)
    | _words(
        "cayoe corrigioe siguioe pidioe sintioe repitioe sustituyo sustituyoe leyoe construyoe"
    )
) - _words("fallo dejo")
PAST = WAS | _words("""
    ayer anteayer anoche pasado pasada pasados pasadas anterior anteriores ultimo ultima ultimos
    ultimas desde hace previamente anteriormente antano recientemente
""")
REPORTED = _words(
    """
    dicho prometido previsto anunciado programado comprometido planificado plazo confirmado
    asegurado comunicado garantizado informado
    """
)
ADJUNCTS = re.compile("con|tras|antes|durante|desde|mientras|al|hasta")
LAST = _words("ultimo ultima ultimos ultimas")
PAST_OF_OUR_WORK = _words("desde ayer ultimo ultima anterior pasado pasada hace")
PAST_EVENTS = _words("ocurrido aparecido sucedido producido notificado reportado causado provocado")
PAST_AFTER_COULD = frozenset[str]()
PARTICIPLE = re.compile("[a-z]{2,16}(?:ad|id)[oa]s?")
IRREGULAR_PARTICIPLES = _inflected(
    "vuelt hech vist escrit abiert reabiert puest dich resuelt rot cubiert descubiert devuelt",
    "o a os as",
)
PERFECT = _words("ha he han hemos has habia habian haber haya hayan")
HELPED = PERFECT - _words("haya hayan haber")
OPEN_BEFORE_PARTICIPLE = _words("""
    esta estan es son sera seran quedara quedaran estara estaran ser estar quedar queda quedan
    estaria deberia va van vamos
""")
OPEN_BEFORE_SUBJECT = frozenset[str]()
ONCE = _words("cuando una")
PRESENT = _words("es son")

# Neither
HABITUAL = _words("""
    cada siempre diariamente semanalmente mensualmente normalmente habitualmente suele suelen
    ejecuta ejecutan falla fallan ocurre ocurren aparece aparecen muestra muestran tarda caduca
    caducan cierra bloquea desaparece vacio vacia lento lenta duplicado duplicada atiende atendemos
    abre incorrecto incorrecta mal festivo
""")
INSTRUCTIONS = _words("""
    elija elegir seleccione seleccionar pulse pulsar marque marcar escriba introduzca filtre
    filtrar ordene filtro campo boton opcion menu columna pestana casilla calendario vista haga
""")
RECORD_NOUNS = _words("""
    factura facturas informe informes datos dato registro registros fecha fechas fila filas columna
    periodo rango entradas pedidos pedido pagos pago turno turnos citas lista valores importes
    movimientos nominas apuntes grafico
""")
RECORD_PREPOSITIONS = _words("de del desde con en entre y la el los las")
REQUESTS = frozenset[str]()
DURATION_VERBS = _words("tardara tardaran llevara durara necesitaremos tardaremos")
HEDGES = _words("""
    unos unas aproximadamente mas menos quizas quiza tal vez probablemente el la a las los para de
    en hacia sobre sera seria antes alrededor como mucho maximo solo si claro lo siento del al por
    posiblemente seguro creo diria cosa y o tarde tardar minimo casi un una
""")

# Distances
AFTER_TOMORROW = _words("pasado")
TODAY = _words("hoy tarde noche mediodia medianoche madrugada")
TOMORROW = _words("manana")
UNSURE_DAYS = _words("laborable laborables habil habiles")
NUMBERS: dict[str, float] = {
    "un": 1,
    "uno": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "siete": 7,
    "ocho": 8,
    "nueve": 9,
    "diez": 10,
    "once": 11,
    "doce": 12,
    "quince": 15,
    "veinte": 20,
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "noventa": 90,
    "media": 0.5,
    "medio": 0.5,
    "par": 3,
    "pocos": 5,
    "pocas": 5,
    "unos": 9,
    "unas": 9,
    "algunos": 9,
    "algunas": 9,
    "varios": 9,
    "varias": 9,
    "docena": 12,
}
UNITS: dict[str, float] = {
    **dict.fromkeys(["segundo", "segundos", "momento", "momentos", "instante", "rato"], 0.01),
    **dict.fromkeys(["minuto", "minutos", "min"], 1 / 60),
    **dict.fromkeys(["hora", "horas", "h"], 1),
    **dict.fromkeys(["dia", "dias", "jornada", "jornadas"], 24),
    **dict.fromkeys(["semana", "semanas", "quincena", "quincenas", "sprint"], 336),
    **dict.fromkeys(["mes", "meses", "trimestre", "semestre", "ano", "anos"], 9000),
}
WEEKDAYS = {
    "lunes": 0,
    "martes": 1,
    "miercoles": 2,
    "jueves": 3,
    "viernes": 4,
    "sabado": 5,
    "domingo": 6,
}
VERB_REACH = 5

# Patterns
LIST_JOINT = re.compile(
    r"[\s,/&+-]{0,3}(?:(?:y|e|o|al|a|hasta)?[\s,/&-]{0,2})(?:(?:el|la|las|los) )?"
)
TIME_WORD = compiled("<weekday>|<month>|<clock>|<count>|<unit>|<numeric date>|<date>", FRAGMENTS)

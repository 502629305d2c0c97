"""
The words that tell: in English, German, Spanish, French, Italian and Portuguese, and the commonest in a few more languages.

All in lower case. What is missing here is not found, or not kept, as the case may be: tests/intake/redaction/cases measures it.
"""

from typing import Final

# Around a number.

PHONE: Final = frozenset(
    """
    phone phones telephone tel tél ph mobile mob cell cellphone landline call calls called calling callback fax desk whatsapp
    signal telegram sms text texts texted texting ring rang dial dialled reach reachable contact registered answering messages
    message hotline voicemail pager handy handynummer mobil mobilnummer telefon telefonnummer rufnummer festnetz
    festnetznummer erreichbar erreichen anrufen anruf rufen ruft angerufen durchwahl rückruf zurückrufen teléfono telefono
    móvil movil celular fijo llamar llámame llamame llámenme llamenme llama llamen llamad llamada llamadas wasap téléphone
    portable appeler appelez appelle rappeler rappelez rappelle joindre joignable fixe telefone telemóvel telemovel ligar
    ligue liguem liga contato contacto cellulare chiamare chiamatemi chiamate chiamami chiami richiamare richiamatemi
    richiamami fisso telefoon bel bellen gsm tlf telefonu هاتف هاتفي جوال جوالي اتصل טלפון הטלפון נייד телефон телефона
    позвоните 電話 电话
    """.split()
)
"""A phone number follows."""
CARD: Final = frozenset(
    """
    card cards cc visa mastercard amex maestro discover diners jcb unionpay pan credit debit karte kreditkarte
    kreditkartennummer kartennummer kartennr bankkarte tarjeta tarjetas carte cb carta cartão cartao kaart creditcard بطاقة
    بطاقتي כרטיס карта карты карте カード
    """.split()
)
"""A payment card follows."""
NATIONAL: Final = frozenset(
    """
    ssn social security itin nino ni national insurance identity identification tax taxpayer tin steuer steuerid
    steueridentifikationsnummer steuernummer identifikationsnummer idnr dni nie nif documento identidad identidade sécurité
    sociale sécu secu nir fiscale fiscal contribuinte cpf bsn burgerservicenummer pesel ahv avs
    """.split()
)
"""A national id follows."""
REFERENCE: Final = frozenset(
    """
    order orders ord po purchase invoice inv receipt tracking track tracked parcel package shipment consignment waybill awb
    ref reference ticket case incident booking reservation confirmation transaction txn payment sku ean isbn issn imei gtin
    upc asin serial sn model part article item product batch lot customer client member membership account acct policy
    contract subscription claim voucher coupon gift loyalty meter device job request rma return log error event session build
    patent barcode label docket bestellung bestellnummer bestell bestellnr auftrag auftragsnummer auftragsnr rechnung
    rechnungsnummer rechnungsnr sendung sendungsnummer kundennummer kundennr kunden vertrag vertragsnummer vorgang
    vorgangsnummer artikel artikelnummer seriennummer paket paketnummer zählernummer mitgliedsnummer aktenzeichen pedido
    pedidos factura seguimiento reserva referencia envío envio contrato expediente cliente paquete commande facture suivi
    colis référence dossier réservation contrat encomenda fatura rastreio rastreamento protocolo ordine fattura spedizione
    tracciamento pratica prenotazione bestelling factuur zamówienie заказ заказа 注文 注文番号 订单 订单号 طلب הזמנה
    """.split()
)
"""A number follows that somebody gave to an order, a ticket, a parcel."""
BETWEEN: Final = frozenset(
    """
    me us him her on at under number numbers num no nr nbr nummer number's id ids code key is was are the my our your its it's
    s it with called said says reads n nº der die das his new unsere neue nuestro notre ist lautet mit número numero numéro de
    es est é del di du do da la le el o il meine mein mi mon ma meu minha mia mio
    """.split()
)
"""May stand between such a word and its number."""
OWN: Final = frozenset(
    """
    my our his her new meine unsere neue mi nuestro mon notre meu minha mio mia
    """.split()
)
"""Somebody's: "my number"."""
NUMBER: Final = frozenset(
    """
    number numbers nummer número numero numéro nr #
    """.split()
)
""""my number"."""
ON: Final = frozenset({"on", "under"})
PEOPLE: Final = frozenset({"me", "us", "him"})
"""Who can be reached on a number."""

# Beside a secret.

PASSWORDS: Final = frozenset(
    """
    password passwords passphrase passphrases passwd pwd psw pass pw contraseña contrasena clave kennwort passwort passwörter
    zugangswort passe mdp senha parola wachtwoord hasło пароль סיסמה المرور パスワード 密码 密碼
    """.split()
)
"""A password is beside it."""
DOUBTFUL: Final = frozenset({"pass", "passe", "clave"})
"""Those that mean something else, too."""
PINS: Final = frozenset(
    """
    pin pins cvv cvv2 cvc cvc2 cvn otp tan mtan passcode bestätigungscode sicherheitscode zugangscode freischaltcode
    geheimzahl
    """.split()
)
"""A code of digits is beside it."""
CODES: Final = frozenset({"code", "codes", "código", "codice"})
"""A code of digits is beside it, if another word says what kind of code."""
TOKENS: Final = frozenset(
    {"apikey", "token", "tokens", "secret", "authorization", "credential", "credentials", "bearer", "basic"}
)
KEYS: Final = frozenset({"key", "keys"})
"""A key is beside it, if another word says what kind of key."""
PROSE: Final = frozenset(
    """
    not wrong incorrect invalid expired required missing too never always being the a an still no correct right rejected
    denied accepted reset changed blocked locked weak strong short long working empty case-sensitive stored saved sent unknown
    different same now again what asked here there gone lost forgotten needed ok okay fine good bad new old unsafe safe secure
    insecure visible hidden shown unchanged valid mine yours ours this that it in on at by for from to my your our his her
    their all only also just very so really apparently obviously supposedly impossible useless broken fake public private
    encrypted hashed protected compromised leaked stolen known set up because unless until when where why who how which
    something anything nothing everything somewhere someone one two three ten falsch ungültig abgelaufen weg gesperrt richtig
    korrekt nicht zu sicher unsicher vergessen geändert leer das der die ein eine mein nötig erforderlich unbekannt verloren
    kurz lang neu alt schwach notwendig auch immer nur kein keine schon noch incorrecta incorrecto inválida inválido errónea
    erróneo caducada caducado válida correcta la el una un muy demasiado obligatoria necesaria débil corta larga segura
    insegura olvidada nueva vieja expiré invalide erroné faux oublié perdu bon pas trop le une obligatoire requis faible court
    refusé errada errado incorreta incorreto expirada expirou fraca curta longa obrigatória não muito sbagliata sbagliato
    errata scaduta scaduto corretta corretto non troppo debole lunga obbligatoria dimenticata valida onjuist verkeerd verlopen
    niet optional mandatory n/a none null manager field page screen link email policy protection prompt box change recovery
    generator hint rules requirements button form option
    """.split()
)
"""What is said of a password, and is none: "my password is wrong"."""
PROSE_ENDS: Final = ("ed", "ing", "able", "ible", "ive", "ful", "less", "ly")

# Numbers and addresses in words.

DIGITS: Final = {
    "0": "zero oh null nul cero zéro",
    "1": "one eins ein uno un um uma une",
    "2": "two zwei zwo dos deux due dois duas",
    "3": "three drei tres trois tre três",
    "4": "four vier cuatro quatre quattro quatro",
    "5": "five fünf fuenf cinco cinq cinque",
    "6": "six sechs seis sei meia",
    "7": "seven sieben siete sept sette sete",
    "8": "eight acht ocho huit otto oito",
    "9": "nine neun nueve neuf nove",
}
TIMES: Final = {"double": 2, "doppel": 2, "doble": 2, "triple": 3, "treble": 3}
DOTS: Final = frozenset({"dot", "point", "punto", "ponto", "punkt", "arroba", "chiocciola", "arobase"})
NO_MAILBOX: Final = frozenset(
    """
    look looked shop buy bought order ordered me us it site page website available found visit store online account ordering
    is are was
    """.split()
)
"""Stands before "at example dot com", and is no mailbox."""

//! Words that the world's names are made of.

#[rustfmt::skip]
pub(super) const GIVEN_NAMES: &[&str] = &[
    "Mario", "Anna", "Luca", "Giulia", "Marco", "Francesca", "Andrea", "Chiara", "Paolo", "Sara",
    "Giovanni", "Laura", "Matteo", "Valentina", "Stefano", "Elena", "Alessandro", "Martina",
    "Davide", "Federica", "Lorenzo", "Silvia", "Roberto", "Alessia", "Simone", "Elisa", "Antonio",
    "Ilaria", "Giuseppe", "Claudia", "Fabio", "Roberta", "Daniele", "Paola", "Massimo", "Barbara",
    "Riccardo", "Cristina", "Emanuele", "Monica", "Gabriele", "Serena", "Filippo", "Giorgia",
    "Nicola", "Beatrice", "Enrico", "Camilla", "Alberto", "Irene", "Giacomo", "Alice", "Tommaso",
    "Marta", "Salvatore", "Caterina", "Pietro", "Lucia", "Vincenzo", "Teresa", "Michele", "Rosa",
    "Edoardo", "Noemi", "Leonardo", "Sofia", "Claudio", "Arianna", "Sergio", "Veronica", "Maurizio",
    "Daniela", "Giorgio", "Manuela", "Carlo", "Patrizia", "Cesare", "Angela", "Bruno", "Rita",
    "Ettore", "Viola", "Dario", "Bianca", "Ugo", "Emma", "Renato", "Greta", "Guido", "Aurora",
    "Flavio", "Diana", "Ivano", "Lidia", "Nicolò", "Letizia", "Oscar", "Miriam", "Piero", "Norma",
];

#[rustfmt::skip]
pub(super) const SURNAMES: &[&str] = &[
    "Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo", "Ricci", "Marino",
    "Greco", "Bruni", "Gallo", "Conti", "De Luca", "Costa", "Giordano", "Mancini", "Rizzo",
    "Lombardi", "Moretti", "Barbieri", "Fontana", "Santoro", "Mariani", "Rinaldi", "Caruso",
    "Ferrara", "Galli", "Martini", "Leone", "Longo", "Gentile", "Martinelli", "Vitale", "Lombardo",
    "Serra", "Coppola", "De Santis", "D'Angelo", "Marchetti", "Parisi", "Villa", "Conte",
    "Ferraro", "Ferri", "Fabbri", "Bianco", "Marini", "Grasso", "Valentini", "Messina", "Sala",
    "De Angelis", "Gatti", "Pellegrini", "Palumbo", "Sanna", "Farina", "Rizzi", "Monti",
    "Cattaneo", "Morelli", "Amato", "Silvestri", "Mazza", "Testa", "Grassi", "Pellegrino", "Carbone",
    "Giuliani", "Benedetti", "Barone", "Rossetti", "Caputo", "Montanari", "Guerra", "Palmieri",
    "Bernardi", "Martino", "Fiore", "De Rosa", "Ferretti", "Bellini", "Basile", "Riva", "Donati",
    "Piras", "Vitali", "Battaglia", "Sartori", "Neri", "Costantini", "Milani", "Pagano", "Ruggiero",
    "Sorrentino", "D'Amico", "Orlando", "Sorge", "Negri", "Mantovani", "Ruggieri", "Villani",
    "Gallina", "Cirillo", "Fumagalli", "Bassi", "Poli", "Volpe", "Pace", "Ventura", "Sacco",
    "Ceccarelli", "Leoni", "Bruno", "Guidi", "Franchi", "Marchi", "Carli", "Pepe", "Bosco",
    "Zanella", "Nardi", "Meloni", "Venturi", "Cocco", "Deiana", "Mele", "Cossu", "Lai", "Manca",
    "Melis", "Murgia", "Pinna", "Porcu", "Puddu", "Sechi", "Usai", "Zedda", "Baldi", "Bandini",
    "Becchi", "Bertini", "Biagi", "Boschi", "Brogi", "Calamai", "Cecchi", "Checcucci", "Corsi",
    "Del Bianco", "Fanti", "Gori", "Innocenti", "Lapi", "Lenzi", "Magi", "Masi", "Nesi", "Nuti",
    "Paoli", "Papi", "Pieri", "Pucci", "Sani", "Tani", "Vannini", "Ugolini", "Zini", "Zoli",
    "Alunni", "Angeletti", "Antonelli", "Bonanni", "Cardinali", "Cesarini", "Ciani", "Cola",
    "Felici", "Fratini", "Graziani", "Lucarelli", "Mattei", "Nobili", "Onofri", "Proietti",
    "Quattrini", "Sabatini", "Tozzi", "Urbani", "Zampa",
];

/// Where mail goes: domains that can never belong to anyone.
#[rustfmt::skip]
pub(super) const MAIL_DOMAINS: &[&str] = &[
    "posta.example", "mail.example", "rete.example", "studio.example", "wireless.example",
    "email.example",
];

/// Device models as owners typed them or the SNMP script read them.
#[rustfmt::skip]
pub(super) const MODELS: &[(&str, &str)] = &[
    ("NanoStation M5", "nano5"), ("NanoStation M2", "nano2"), ("NanoStation Loco M5", "loco5"),
    ("NanoBridge M5", "bridge5"), ("Rocket M5", "rocket5"), ("PicoStation 2", "pico2"),
    ("Bullet 2", "bullet2"), ("TP-Link WR841ND", "wr841"), ("TP-Link WDR4300", "wdr4300"),
    ("Linksys WRT54GL", "wrt54"), ("Fonera 2100", "fonera"), ("Alix 2d2", "alix"),
];

#[rustfmt::skip]
pub(super) const PROTOCOLS: &[(&str, &str)] = &[
    ("olsr", "0.6.3"), ("olsr", "0.6.6"), ("olsr", "0.5.6"), ("batman", "2012.4"), ("ospf", ""),
];

/// Radio frequencies in MHz that the old site's form offered.
#[rustfmt::skip]
pub(super) const CHANNELS: &[&str] =
    &["2412", "2417", "2422", "2437", "2457", "2462", "5180", "5200", "5500", "5540", "5680", "5805"];

/// First halves of MAC addresses of radios that such networks use.
#[rustfmt::skip]
pub(super) const MAC_MAKERS: &[[u8; 3]] = &[
    [0x00, 0x15, 0x6d], [0x00, 0x27, 0x22], [0xdc, 0x9f, 0xdb], [0x24, 0xa4, 0x3c],
    [0x00, 0x0c, 0x42], [0xd4, 0xca, 0x6d], [0xf8, 0xd1, 0x11], [0x64, 0x70, 0x02],
];

#[rustfmt::skip]
pub(super) const DESCRIPTIONS: &[&str] = &[
    "Nodo sul tetto del condominio, visibilità a 360 gradi",
    "Terrazzo al quinto piano, linea di vista verso sud",
    "Antenna sul palo dell'antenna TV, alimentata con PoE",
    "Disponibile ad ospitare un ripetitore",
    "In attesa dell'autorizzazione dell'amministratore",
    "Hotspot aperto al pubblico nelle ore diurne",
    "Collegato in fibra, condivide la connessione",
    "Casa in collina: vede gran parte della città",
];

#[rustfmt::skip]
pub(super) const NOTES: &[&str] = &[
    "Chiavi dal portiere", "Sopralluogo fatto", "Richiamare dopo le ferie", "Cavo da sostituire",
];

#[rustfmt::skip]
pub(super) const MESSAGES: &[&str] = &[
    "Buongiorno, abito nello stesso palazzo e vorrei collegarmi al vostro nodo. Come posso fare?",
    "Ciao! Dal mio terrazzo vedo la tua antenna, possiamo provare un collegamento a 5 GHz?",
    "Salve, il nodo sembra spento da qualche giorno: è un guasto o un trasloco?",
    "Vorrei partecipare alla prossima riunione della comunità, quando vi vedete?",
    "Hello, I am moving to the neighbourhood and would like to join the network.",
];

#[rustfmt::skip]
pub(super) const USER_AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:17.0) Gecko/20100101 Firefox/17.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.11 (KHTML, like Gecko) Chrome/23.0 Safari/537.11",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_8_2) AppleWebKit/536.26 (KHTML, like Gecko) Safari/536.26",
];

// Words that mean something to the tagger of names, by hand. Small letters; several languages side by side.
const list = (text) => text.split(/[\s,]+/).filter((word) => word !== '')

export const STREETS = list(`
street st road rd avenue ave av lane ln drive dr court ct boulevard blvd way place pl square sq terrace close crescent cres gardens
grove highway hwy parkway pkwy circle cir trail alley row mews hill walk plaza parade rise view heights ridge mill mall park bridge
green common loop path pike expressway freeway turnpike causeway quay wharf broadway crossing junction crossroad bypass drives estates
straße strasse str gasse weg platz allee ring ufer damm chaussee steig stieg promenade hauptstraße bahnhofstraße
rue avenue boulevard bd chemin impasse allée allées quai place cours route passage faubourg ruelle sentier voie
calle avenida avda plaza paseo camino ronda carrer carretera travesía glorieta callejón pasaje calzada avinguda passeig
via viale piazza corso vicolo largo strada piazzale borgo contrada lungotevere salita
straat laan gracht plein kade dijk singel dreef plantsoen steenweg
rua travessa praça alameda rodovia estrada ladeira beco
ulica ul aleja aleje al plac osiedle os rondo rynek bulwar szosa
gatan vägen gata väg gränd torg stigen gränden allén backen vej vejen gade gaden plads gate gaten veien vei plass
katu tie kuja polku kaari utca útja út tér körút köz sétány ulice náměstí třída nábřeží cesta trg
iela bulvāris cadde caddesi sokak sokağı bulvarı strada bulevardul aleea calea intrarea jalan jl jln
tee tänav mnt puiestee gatvė braut vegur gata straeti stræti hlíð
улица ул проспект пр переулок площадь бульвар шоссе набережная вулиця
`)

export const UNITS = list(`
apt apartment suite ste unit flat floor fl room rm building bldg block box po postbox psc apo fpo dpo ae aa ap lot
wohnung whg etage stock og eg bâtiment bât appartement appt app étage bp cedex
piso esc escalera puerta apto apartamento bloco bloque andar sala casa
interno scala piano lgh tr våning postbus bus huisnummer postfach box casella m lok mieszkanie sk
as byt sprat kat daire ap sc et bl nr no hus leilighet sal th tv
`)

export const TITLES = list(`
mr mrs ms miss mx dr prof professor sir dame lord lady madam rev reverend fr sister capt captain col colonel lt sgt hon judge
herr herrn frau fräulein hr hrn fr dipl ing doktor monsieur madame mademoiselle mme mlle m maître
señor señora señorita sr sra srta don doña dña dra lic signor signora signorina sig dott dottor dottoressa avv
meneer mijnheer mevrouw mevr mw dhr juffrouw drs pan pani pana panu panem panią paní pána mgr mudr judr senhor senhora dona doutor doutora profa
fröken frk herr fru herra rouva tohtori domnul doamna gospodin gospođa
aunt uncle cousin grandma grandpa
`)

export const PARTICLES = list(`
de la le las los el del della dello dei degli di da do dos das du des der den dem het van von vom zu zur zum ter ten te y e i of the and und
et en al bin ibn bint abu st av u na nad pod w z bei am an im auf sur sous lès lez les af til ved på bis do sant santa san
`)

export const CUES = list(`
named name names called mr mrs ms miss dr prof dear hi hello hey herr frau monsieur madame señor señora sr sra signor signora sig
by contact customer client patient employee author attn regards cheers sincerely thanks from user
is am me him her us says said with kid son daughter brother sister wife husband friend boss colleague
`)

export const THINGS = list(`
january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
janvier février mars avril juin juillet août septembre octobre novembre décembre
english german french spanish italian dutch portuguese polish swedish american british european chinese japanese indian russian african
mexican canadian australian irish scottish greek roman turkish arabic korean latin jewish christian muslim hindu buddhist asian western
inc ltd llc corp corporation gmbh ag company co sa srl bv plc group holdings bank university college school institute hospital church museum
theatre library department ministry committee council agency association foundation society club team league union party press airport
station hotel restaurant café river lake ocean sea mountain island bay valley county state city town republic kingdom empire
google microsoft amazon apple facebook twitter instagram youtube netflix linkedin github gitlab slack zoom tesla toyota ford honda bmw
samsung sony nokia intel nvidia oracle ibm adobe paypal visa mastercard walmart target starbucks nike adidas disney pixar marvel spotify uber
airbnb whatsapp telegram tiktok reddit wikipedia windows linux ubuntu debian android iphone ipad macbook chrome firefox safari excel word
powerpoint outlook teams photoshop wordpress python java javascript typescript ruby rust kotlin swift perl scala haskell php html css sql xml json
yaml react angular vue django flask rails spring node docker kubernetes terraform ansible jenkins redis postgres mysql mongodb sqlite kafka
tensorflow pytorch numpy pandas api url http https rest graphql oauth aws azure gcp gpu cpu ram usb pdf csv
bible quran christmas easter halloween thanksgiving ramadan hanukkah olympics internet web earth moon sun mars venus jupiter saturn mercury
bitcoin ethereum covid dna rna nasa fbi cia nato unesco who gdpr hipaa eu un usa uk us nyc
god jesus christ buddha allah zeus apollo
dear hello hi hey thanks thank regards sincerely best kind please note subject re fwd cc bcc attn ps
`)

/** Known to everybody: writing in their manner is no personal data. */
export const FAMOUS = list(`
shakespeare einstein newton darwin mozart beethoven bach vivaldi chopin picasso michelangelo raphael rembrandt monet warhol dali kahlo
gandhi mandela lincoln washington jefferson roosevelt kennedy nixon reagan obama trump biden clinton churchill thatcher napoleon bonaparte
caesar cleopatra aristotle plato socrates homer confucius nietzsche descartes voltaire rousseau locke hegel marx lenin stalin hitler
freud jung turing galileo copernicus kepler tesla edison curie hawking feynman pasteur nobel euler gauss pythagoras euclid archimedes
dickens austen tolstoy dostoevsky hemingway orwell tolkien rowling twain poe kafka joyce woolf wilde byron keats shelley dickinson whitman
frost cervantes dante goethe schiller hugo dumas verne proust camus sartre neruda borges asimov bradbury huxley steinbeck fitzgerald
potter hermione dumbledore voldemort hogwarts frodo gandalf bilbo sauron aragorn legolas sherlock watson dracula frankenstein hamlet macbeth
othello romeo juliet gatsby batman superman spiderman skywalker vader yoda kenobi pikachu mario luigi zelda simpson shrek elsa
beyoncé madonna elvis presley beatles lennon mccartney hendrix bowie dylan sinatra rihanna eminem drake swift bieber sheeran adele
musk bezos zuckerberg gates jobs spielberg tarantino hitchcock kubrick scorsese nolan chaplin disney schwarzenegger dicaprio pitt
messi ronaldo federer nadal djokovic serena lebron tyson pelé maradona beckham columbus magellan
`)

/** Who has apples in examples. What they are taken for is learnt from what stands around them. */
export const TOYS = list(`
john jane alice bob carol dave eve mary tom sally sam mark alex emma jack jim joe mike sarah peter lucy max charlie david jerry lily ben anna
james susan paul kate billy amy tim jill
`)

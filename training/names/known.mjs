// What everybody knows: people and figures who are no personal data, works, brands, and words of programming.
const lines = (text) =>
  text
    .split(/[\n;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Full names. Who bears the same name by chance is not found either. */
export const KNOWN_PEOPLE = lines(`
john doe; jane doe; john smith; jane smith; joe bloggs; max mustermann; erika mustermann; jan kowalski; jean dupont; mario rossi; juan pérez; john appleseed
albert einstein; isaac newton; charles darwin; marie curie; nikola tesla; thomas edison; stephen hawking; neil armstrong; buzz aldrin; yuri gagarin; alan turing; ada lovelace
grace hopper; linus torvalds; bill gates; steve jobs; elon musk; jeff bezos; mark zuckerberg; tim cook; sam altman; warren buffett; larry page; sergey brin; geoffrey hinton
yann lecun; yoshua bengio; andrew ng; richard feynman; carl sagan; neil degrasse; jane goodall; rosalind franklin; galileo galilei; leonardo vinci; michael faraday; max planck
niels bohr; werner heisenberg; robert oppenheimer; louis pasteur; alexander fleming; gregor mendel; sigmund freud; carl jung; noam chomsky; john locke; immanuel kant; karl marx
friedrich nietzsche; adam smith; john keynes; milton friedman; thomas jefferson; george washington; abraham lincoln; benjamin franklin; theodore roosevelt; franklin roosevelt
john kennedy; john adams; andrew jackson; ulysses grant; richard nixon; jimmy carter; ronald reagan; george bush; bill clinton; hillary clinton; barack obama; michelle obama
donald trump; joe biden; kamala harris; bernie sanders; nancy pelosi; martin luther; luther king; malcolm x; rosa parks; harriet tubman; frederick douglass; susan anthony
nelson mandela; mahatma gandhi; indira gandhi; mother teresa; dalai lama; winston churchill; margaret thatcher; tony blair; boris johnson; queen elizabeth; queen victoria
king arthur; king charles; prince harry; prince william; princess diana; meghan markle; kate middleton; henry viii; napoleon bonaparte; julius caesar; marcus aurelius; alexander great
genghis khan; joan arc; adolf hitler; joseph stalin; vladimir lenin; vladimir putin; volodymyr zelensky; xi jinping; mao zedong; kim jong; fidel castro; che guevara; angela merkel
emmanuel macron; justin trudeau; narendra modi; benito mussolini; anne frank; oskar schindler; amelia earhart; florence nightingale; helen keller; christopher columbus; marco polo
ferdinand magellan; james cook; vasco gama; ernest shackleton; edmund hillary; wright brothers; henry ford; walt disney; coco chanel; andy warhol; pablo picasso; salvador dali
claude monet; vincent gogh; van gogh; frida kahlo; georgia keeffe; jackson pollock; frank lloyd; lloyd wright; antoni gaudi; william shakespeare; jane austen; charles dickens
mark twain; edgar allan; allan poe; ernest hemingway; scott fitzgerald; george orwell; aldous huxley; virginia woolf; james joyce; oscar wilde; leo tolstoy; fyodor dostoevsky
anton chekhov; franz kafka; victor hugo; jules verne; agatha christie; arthur conan; conan doyle; stephen king; dan brown; margaret atwood; toni morrison; maya angelou
emily dickinson; robert frost; walt whitman; sylvia plath; langston hughes; pablo neruda; gabriel garcía; haruki murakami; isaac asimov; arthur clarke; philip dick; ray bradbury
ursula guin; douglas adams; terry pratchett; neil gaiman; roald dahl; lewis carroll; beatrix potter; enid blyton; dr seuss; bram stoker; mary shelley; emily brontë; charlotte brontë
johann sebastian; sebastian bach; wolfgang amadeus; amadeus mozart; ludwig beethoven; van beethoven; taylor swift; michael jackson; elvis presley; bob dylan; john lennon; paul mccartney
freddie mercury; david bowie; elton john; bob marley; jimi hendrix; kurt cobain; frank sinatra; billie eilish; ed sheeran; justin bieber; lady gaga; ariana grande; katy perry
kanye west; bruno mars; whitney houston; stevie wonder; ray charles; johnny cash; dolly parton; louis armstrong; miles davis; tom hanks; brad pitt; leonardo dicaprio; tom cruise
johnny depp; robert downey; will smith; morgan freeman; meryl streep; julia roberts; emma watson; angelina jolie; scarlett johansson; jennifer lawrence; jennifer aniston
keanu reeves; harrison ford; clint eastwood; al pacino; robert niro; marlon brando; marilyn monroe; audrey hepburn; charlie chaplin; bruce lee; jackie chan; jim carrey; robin williams
daniel craig; daniel radcliffe; edward norton; ed norton; ellen degeneres; oprah winfrey; jimmy fallon; stephen colbert; jerry seinfeld; gordon ramsay; steven spielberg
martin scorsese; quentin tarantino; christopher nolan; james cameron; stanley kubrick; alfred hitchcock; ridley scott; spike lee; woody allen; george lucas; tim burton; peter jackson
michael jordan; lebron james; kobe bryant; tiger woods; roger federer; rafael nadal; novak djokovic; serena williams; usain bolt; michael phelps; muhammad ali; mike tyson
lionel messi; cristiano ronaldo; david beckham; diego maradona; tom brady; babe ruth; simone biles; greta thunberg; malala yousafzai; bill nye; david attenborough; harry houdini
sherlock holmes; john watson; james bond; harry potter; hermione granger; ron weasley; albus dumbledore; severus snape; draco malfoy; frodo baggins; bilbo baggins; luke skywalker
darth vader; han solo; princess leia; indiana jones; lara croft; peter parker; bruce wayne; clark kent; tony stark; steve rogers; bruce banner; natasha romanoff; wade wilson
captain america; iron man; spider man; wonder woman; lex luthor; mickey mouse; donald duck; bugs bunny; homer simpson; bart simpson; walter white; jesse pinkman; tony soprano
michael scott; dwight schrute; jon snow; tyrion lannister; daenerys targaryen; ned stark; katniss everdeen; bella swan; edward cullen; elizabeth bennet; jay gatsby; atticus finch
holden caulfield; huckleberry finn; tom sawyer; oliver twist; ebenezer scrooge; robin hood; peter pan; captain hook; santa claus; father christmas; jack sparrow; forrest gump
rocky balboa; tyler durden; hannibal lecter; norman bates; ellen ripley; sarah connor; john wick; marty mcfly; doc brown; willy wonka; mary poppins; snow white; winnie pooh
naruto uzumaki; son goku; light yagami; optimus prime; spongebob squarepants; scooby doo; tom jerry; romeo juliet; adam eve; jesus christ; virgin mary; john baptist; pontius pilate
recep tayyip; tayyip erdogan; tayyip erdoğan; olaf scholz; helmut kohl; willy brandt; konrad adenauer; gerhard schröder; françois mitterrand; jacques chirac; nicolas sarkozy; françois hollande
marine le; charles gaulle; silvio berlusconi; giorgia meloni; mario draghi; pedro sánchez; viktor orbán; donald tusk; lech wałęsa; václav havel; boris yeltsin; mikhail gorbachev; nikita khrushchev
leon trotsky; josip tito; rishi sunak; keir starmer; theresa may; david cameron; neville chamberlain; benjamin disraeli; oliver cromwell; guy fawkes; horatio nelson; rudy giuliani; mike pence
mitt romney; john mccain; sarah palin; al gore; dick cheney; colin powell; condoleezza rice; ron desantis; elizabeth warren; alexandria ocasio; mitch mcconnell; antonin scalia; ruth bader; bader ginsburg
henry kissinger; jackie kennedy; lyndon johnson; dwight eisenhower; harry truman; herbert hoover; woodrow wilson; calvin coolidge; alexander hamilton; aaron burr; james madison; james monroe
paul revere; jefferson davis; sitting bull; martha washington; eleanor roosevelt; betsy ross; sojourner truth; booker washington; jair bolsonaro; hugo chávez; nicolás maduro
evita perón; simón bolívar; benito juárez; pancho villa; emiliano zapata; salvador allende; augusto pinochet; javier milei; benjamin netanyahu; yitzhak rabin; golda meir; yasser arafat; saddam hussein
muammar gaddafi; osama bin; bashar assad; haile selassie; desmond tutu; idi amin; robert mugabe; kofi annan; ban ki; deng xiaoping; chiang kai; ho chi; shinzo abe; jawaharlal nehru; imran khan; aung san
arianna huffington; andrew carnegie; john rockefeller; jp morgan; cornelius vanderbilt; howard hughes; ray kroc; sam walton; ingvar kamprad; richard branson; jack dorsey; jack ma; satya nadella; sundar pichai
sheryl sandberg; steve wozniak; steve ballmer; larry ellison; peter thiel; reid hoffman; marc andreessen; jensen huang; lisa su; mary barra; jack welch; peter drucker
dale carnegie; tony robbins; stephen covey; simon sinek; brené brown; malcolm gladwell; daniel kahneman; nassim taleb; steven pinker; jordan peterson; richard dawkins; christopher hitchens
yuval harari; noah harari; thomas piketty; paul krugman; joseph schumpeter; friedrich hayek; ayn rand; hannah arendt; michel foucault; jacques derrida; simone beauvoir; ludwig wittgenstein; bertrand russell
john rawls; david hume; thomas hobbes; baruch spinoza; blaise pascal; thomas aquinas; thomas more; francis bacon; søren kierkegaard; martin heidegger; walter benjamin; marshall mcluhan; rachel carson
john neumann; claude shannon; norbert wiener; kurt gödel; david hilbert; emmy noether; srinivasa ramanujan; bernhard riemann; pierre fermat; leonhard euler; carl gauss; edsger dijkstra; donald knuth
dennis ritchie; ken thompson; bjarne stroustrup; guido rossum; james gosling; brendan eich; tim berners; richard stallman; margaret hamilton; katherine johnson; demis hassabis; fei-fei li; ray kurzweil
nick bostrom; eliezer yudkowsky; enrico fermi; ernest rutherford; erwin schrödinger; paul dirac; wolfgang pauli; lise meitner; james maxwell; robert hooke; edmond halley; tycho brahe; johannes kepler
edwin hubble; francis crick; linus pauling; alfred nobel; alexander bell; graham bell; samuel morse; james watt; eli whitney; wernher braun; sally ride; dian fossey; jacques cousteau
ian fleming; sax rohmer; john steinbeck; kurt vonnegut; cormac mccarthy; thomas pynchon; truman capote; tennessee williams; eugene o'neill; henrik ibsen; august strindberg
samuel beckett; bertolt brecht; hermann hesse; günter grass; rainer rilke; maria rilke; heinrich heine; friedrich schiller; wolfgang goethe; von goethe; gustave flaubert; émile zola; marcel proust
albert camus; paul sartre; jean rousseau; jacques rousseau; honoré balzac; alexandre dumas; charles baudelaire; arthur rimbaud; ivan turgenev; alexander pushkin; mikhail bulgakov; vladimir nabokov
aleksandr solzhenitsyn; boris pasternak; umberto eco; italo calvino; primo levi; elena ferrante; dante alighieri; miguel cervantes; garcía márquez; garcía lorca; mario vargas; isabel allende; octavio paz
paulo coelho; josé saramago; fernando pessoa; salman rushdie; arundhati roy; rabindranath tagore; chinua achebe; ngozi adichie; kazuo ishiguro; yukio mishima; astrid lindgren; tove jansson; jo nesbø
stieg larsson; suzanne collins; stephenie meyer; rick riordan; brandon sanderson; frank herbert; arthur clarke; hp lovecraft; howard lovecraft; raymond chandler; dashiell hammett; john le
tom clancy; danielle steel; nora roberts; nicholas sparks; gillian flynn; sally rooney; zadie smith; ian mcewan; jonathan swift; daniel defoe; geoffrey chaucer
william blake; william wordsworth; samuel coleridge; percy shelley; lord byron; alfred tennyson; rudyard kipling; robert burns; seamus heaney; dylan thomas; wilfred owen; ezra pound; ts eliot
gustav klimt; egon schiele; edvard munch; paul cézanne; paul gauguin; henri matisse; édouard manet; auguste rodin; marcel duchamp; rené magritte; joan miró; diego rivera; jean-michel basquiat; keith haring
yayoi kusama; jeff koons; ansel adams; annie leibovitz; le corbusier; zaha hadid; frank gehry; coco chanel; christian dior; giorgio armani; karl lagerfeld; anna wintour; igor stravinsky
pyotr tchaikovsky; sergei rachmaninoff; johannes brahms; franz schubert; robert schumann; franz liszt; richard wagner; giuseppe verdi; giacomo puccini; claude debussy; maurice ravel; gustav mahler; philip glass
hans zimmer; ennio morricone; duke ellington; ella fitzgerald; billie holiday; nina simone; aretha franklin; tina turner; marvin gaye; diana ross; lionel richie; celine dion; mariah carey
britney spears; christina aguilera; jennifer lopez; shakira mebarak; amy winehouse; dua lipa; olivia rodrigo; harry styles; post malone; travis scott; kendrick lamar; snoop dogg; tupac shakur; bruce springsteen
leonard cohen; joni mitchell; lou reed; iggy pop; mick jagger; keith richards; eric clapton; jimmy page; ozzy osbourne; axl rose; dave grohl; eddie vedder; thom yorke
ringo starr; yoko ono; rod stewart; cat stevens; barbra streisand; nat king; buddy holly; chuck berry; willie nelson; garth brooks; kenny rogers
orson welles; ingmar bergman; federico fellini; akira kurosawa; hayao miyazaki; francis coppola; ford coppola; david lynch; wes anderson; greta gerwig; denis villeneuve; guillermo toro; pedro almodóvar
humphrey bogart; cary grant; james dean; grace kelly; ingrid bergman; katharine hepburn; elizabeth taylor; sophia loren; sean connery; roger moore; pierce brosnan; michael caine; anthony hopkins; ian mckellen
judi dench; helen mirren; kate winslet; cate blanchett; nicole kidman; hugh jackman; russell crowe; heath ledger; christian bale; matt damon; ben affleck; george clooney; denzel washington
samuel jackson; jamie foxx; eddie murphy; chris rock; kevin hart; dwayne johnson; vin diesel; ryan reynolds; ryan gosling; emma stone; natalie portman; anne hathaway; sandra bullock; margot robbie; zendaya coleman
timothée chalamet; pedro pascal; benedict cumberbatch; tom hiddleston; chris hemsworth; mark ruffalo; gal gadot; jason momoa; henry cavill; jim parsons; ricky gervais; rowan atkinson
john cleese; monty python; stan laurel; buster keaton; groucho marx; lucille ball; johnny carson; david letterman; conan o'brien; jon stewart; joe rogan; lex fridman; kim kardashian; paris hilton
babe ruth; jackie robinson; joe dimaggio; mickey mantle; derek jeter; magic johnson; larry bird; shaquille o'neal; stephen curry; kevin durant; kareem abdul; wilt chamberlain; wayne gretzky; joe montana
peyton manning; patrick mahomes; jesse owens; mo farah; lewis hamilton; michael schumacher; ayrton senna; max verstappen; niki lauda; steffi graf; boris becker; björn borg; john mcenroe
venus williams; naomi osaka; maria sharapova; martina navratilova; jack nicklaus; arnold palmer; rory mcilroy; lance armstrong; conor mcgregor; rocky marciano; joe louis; george foreman; franz beckenbauer
johan cruyff; zinedine zidane; thierry henry; kylian mbappé; neymar júnior; wayne rooney; alex ferguson; pep guardiola; jürgen klopp; jose mourinho; megan rapinoe; mia hamm; sachin tendulkar; virat kohli
dr watson; hercule poirot; miss marple; phileas fogg; captain nemo; huck finn; becky thatcher; tiny tim; jacob marley; bob cratchit; miss havisham; david copperfield; nicholas nickleby; sydney carton; dorian gray
henry jekyll; edward hyde; victor hugo; inspector javert; edmond dantès; emma bovary; anna karenina; pierre bezukhov; rodion raskolnikov; gregor samsa; leopold bloom; clarissa dalloway; nick carraway
daisy buchanan; scout finch; boo radley; arthur dent; ford prefect; paul atreides; duncan idaho; ender wiggin; winston smith; bernard marx; guy montag; hari seldon; susan calvin; rick deckard; roy batty
james kirk; jean-luc picard; luc picard; obi wan; wan kenobi; anakin skywalker; padmé amidala; kylo ren; boba fett; lando calrissian; peter quill; steven strange; stephen strange; matt murdock
luke cage; wanda maximoff; bucky barnes; nick fury; thor odinson; hal jordan; arthur curry; harley quinn; selina kyle; alfred pennyworth
neville longbottom; luna lovegood; rubeus hagrid; sirius black; ginny weasley; tom riddle; samwise gamgee; peregrin took; arya stark; sansa stark; robb stark; cersei lannister; jaime lannister; jack torrance
michael corleone; vito corleone; don corleone; travis bickle; clarice starling; vincent vega; jules winnfield; john mcclane; ethan hunt; jason bourne; austin powers; ace ventura; napoleon dynamite
ferris bueller; dana scully; fox mulder; gregory house; meredith grey; don draper; saul goodman; jimmy mcgill; leslie knope; ron swanson; jake peralta; liz lemon; ross geller; monica geller
chandler bing; phoebe buffay; joey tribbiani; george costanza; cosmo kramer; elaine benes; sheldon cooper; leonard hofstadter; barney stinson; ted mosby; eric cartman; peter griffin; fred flintstone; george jetson
charlie brown; peppermint patty; calvin hobbes; roger rabbit; elmer fudd; daffy duck; yosemite sam; donkey kong; princess peach; master yoda; lara croft; nathan drake; solid snake; ash ketchum
rick sanchez; morty smith; geralt rivia; master chief; super mario; sonic hedgehog; buzz lightyear; jean valjean; count dracula; victor frankenstein; captain ahab; don quixote
`)

export const WORKS = lines(`
The Matrix; The Godfather; Pulp Fiction; Fight Club; Inception; Titanic; Avatar; The Lion King; Shutter Island; The Dark Knight; Forrest Gump; Interstellar; Gladiator; Jurassic Park
Star Wars; Star Trek; Harry Potter and the Goblet of Fire; The Lord of the Rings; The Hobbit; Game of Thrones; Breaking Bad; Better Call Saul; Stranger Things; The Office; Friends; Seinfeld
The Simpsons; The Witcher; The Crown; The Wire; Black Mirror; Twin Peaks; Doctor Who; Sherlock; Peaky Blinders; Mad Men; Lost; Westworld; Toy Story; Finding Nemo; Frozen; Shrek; Up
Moby Dick; Pride and Prejudice; The Great Gatsby; To Kill a Mockingbird; Brave New World; Animal Farm; The Catcher in the Rye; War and Peace; Crime and Punishment; Jane Eyre
Wuthering Heights; Don Quixote; The Odyssey; The Iliad; Romeo and Juliet; Hamlet; Macbeth; A Tale of Two Cities; Great Expectations; The Little Prince; Alice in Wonderland; Peter Pan
Bohemian Rhapsody; Hey Jude; Yesterday; Imagine; Thriller; Billie Jean; Hotel California; Stairway to Heaven; Smells Like Teen Spirit; Abbey Road; Nevermind; Purple Rain; Hallelujah
Mona Lisa; Starry Night; Guernica; The Last Supper; Minecraft; Fortnite; Tetris; Super Mario Bros; Call of Duty; World of Warcraft; The Legend of Zelda; Grand Theft Auto; Halo; Doom
Pink Floyd; Led Zeppelin; The Rolling Stones; Coldplay; Radiohead; Metallica; Iron Maiden; Guns N' Roses; Daft Punk; Arctic Monkeys; Green Day; Linkin Park; Fleetwood Mac; Black Sabbath
`)

export const BRANDS = lines(`
Apple; Microsoft; Google; Amazon; Facebook; Netflix; Tesla; Ford; General Motors; Goldman Sachs; Morgan Stanley; JP Morgan; Wells Fargo; Johnson & Johnson; Procter & Gamble; Ben & Jerry's
Harley Davidson; Rolls Royce; Aston Martin; Mercedes Benz; Alfa Romeo; Land Rover; Louis Vuitton; Calvin Klein; Tommy Hilfiger; Ralph Lauren; Hugo Boss; Yves Saint Laurent; Levi's; Dior
McDonald's; Wendy's; Domino's; Papa John's; Dunkin Donuts; Burger King; Taco Bell; Pizza Hut; Jack Daniel's; Johnnie Walker; Dr Pepper; Coca Cola; Red Bull; Philip Morris; Dell; Philips
Dyson; Hoover; Bosch; Makita; Dewalt; Stanley; Philips; Braun; Miele; Singer; Brother; Canon; Nikon; Pentax; Leica; Weber; Kenwood; Roberts; Marshall; Fender; Gibson; Martin; Taylor; Yamaha; Bose
Kirby; Henry; Shark; Osprey; Patagonia; Columbia; Wilson; Thule; Black & Decker; Craftsman; Lincoln; Chrysler; Dodge; Porsche; Bentley; Skoda; Peugeot; Renault; Opel; John Deere; Massey Ferguson
Macy's; Kohl's; Sears; Trader Joe's; Whole Foods; Best Buy; Home Depot; Barnes & Noble; Simon & Schuster; Marks & Spencer; Stanford; Harvard; Princeton; Yale; Cornell; Cambridge; Oxford
Duke University; Johns Hopkins; Carnegie Mellon; Brown University; MIT; UCLA; NASA; FIFA; UEFA; the NBA; the NFL; Real Madrid; Manchester United; Bayern Munich; Juventus; Arsenal; Chelsea
New York Yankees; Los Angeles Lakers; Chicago Bulls; Boston Celtics; Dallas Cowboys; Red Sox; Golden State Warriors; Wall Street; Silicon Valley; Times Square; Central Park; Big Ben
Eiffel Tower; Statue of Liberty; Golden Gate Bridge; Mount Everest; Grand Canyon; Niagara Falls; Buckingham Palace; White House; Great Wall of China; Taj Mahal; Machu Picchu; Notre Dame
Amazon River; Pacific Ocean; Sahara Desert; Andromeda Galaxy; Milky Way; Cold War; World War II; World War I; Civil War; French Revolution; Industrial Revolution; Renaissance; Middle Ages
New Year; New York; New York City; Los Angeles; San Francisco; Las Vegas; San Diego; Washington DC; South Africa; North Korea; Saudi Arabia; Hong Kong; New Zealand; Puerto Rico; St. Louis
Monte Carlo; Nobel Prize; Turing Award; Academy Award; Super Bowl; World Cup; Olympic Games; Christmas Eve; Valentine's Day; Black Friday; Mother's Day; Halloween; Thanksgiving Dinner
`)

/** What is eaten and drunk, and what people are called too first of all. */
export const FOODS = lines(`
salmon; trout; cod; haddock; halibut; bass; sea bass; pike; perch; carp; herring; mackerel; tuna; snapper; grouper; pollock; sole; ray; shrimp; crab; lobster; oyster; squid; clam; anchovy
lamb; veal; beef; pork; mutton; venison; rabbit; duck; goose; turkey; chicken; pheasant; quail; bacon; ham; brisket; steak; ribs; rump; chop; meatball; sausage; salami; chorizo
rosemary; basil; thyme; sage; dill; fennel; mint; parsley; cilantro; coriander; tarragon; chervil; oregano; marjoram; saffron; ginger; garlic; pepper; cumin; caraway; anise; cinnamon
nutmeg; clove; cardamom; juniper; lavender; bay; chives; sorrel; borage; lovage; vanilla; paprika; turmeric; mustard; curry; wasabi; honey; maple; molasses; olive; hazel; hazelnut; almond
cherry; apple; pear; plum; peach; apricot; clementine; lemon; lime; orange; berry; strawberry; fig; date; quince; melon; mango; papaya; guava; kiwi; grape; raisin; olive oil; coconut
rice; barley; rye; oats; millet; wheat; bean; lentil; pea; kale; romaine; rocket; lettuce; cress; beet; turnip; parsnip; swede; leek; onion; shallot; celery; squash; pumpkin; potato
brie; colby; jack; cheddar; stilton; gouda; edam; feta; cream; butter; bread; bun; bagel; brownie; pie; candy; sherry; brandy; port; gin; rum; martini; merlot; malbec; riesling; shiraz
chardonnay; sauvignon; chablis; rosé; champagne; cider; ale; stout; porter; earl grey; assam; tartare; tartar; pesto; risotto; ravioli; gnocchi; carbonara; gumbo; chowder; stew; belly
`)

/** Towns and islands are called after them. */
export const SAINTS = lines(`
Petersburg; Louis; Moritz; Gallen; Andrews; Albans; Helens; Lucia; Kitts; Tropez; Malo; Ives; Austell; Pölten; Johann; Anton; Veit; Wendel; Ingbert; Catharines; Augustine; Cloud; Charles
Denis; Étienne; Nazaire; Émilion; Germain; Martin; Barts; Croix; Thomas; Vincent; Peter Port; Helier; Davids; Asaph; Neots; Bernard; Gotthard; Blasien; Pauli; Georgen; Diego; José; Antonio
`)

export const TECH = lines(`
Jenkins; Travis; Tomcat; Jasmine; Karma; Mocha; Chef; Puppet; Salt; Vault; Consul; Nomad; Vagrant; Packer; Babel; Webpack; Gulp; Grunt; Bower; Yarn; Bazel; Buck; Maven; Gradle; Hudson; Bamboo
Cassandra; Prometheus; Thanos; Loki; Tempo; Jaeger; Zipkin; Kibana; Logstash; Beats; Splunk; Nagios; Zabbix; Sentry; Rollbar; Harbor; Quay; Argo; Flux; Rancher; Traefik; Envoy; Istio; Linkerd
Celery; Luigi; Dagster; Airflow; Presto; Trino; Hive; Pig; Impala; Drill; Druid; Pinot; Storm; Flink; Samza; Beam; Neo; Couchbase; Riak; Minio; Ceph; Gluster; Nextcloud; Joomla; Drupal; Magento
Norton; McAfee; Avira; Audacity; Gimp; Krita; Inkscape; Ableton; Maya; Houdini; Nuke; Rhino; Sage; Stella; Dolphin; Jasper; Claude; Grok; Bard; Llama; Mistral; Falcon; Whisper; Ollama; Sonos
Python; Java; JavaScript; TypeScript; Ruby; Ruby on Rails; Rust; Go; Kotlin; Swift; Perl; Scala; Haskell; Julia; Elixir; Bash; Shell; PowerShell; PHP; Django; Flask; Laravel; Spring Boot
React; React Native; Angular; Vue; Svelte; Node; Express; Jenkins; Travis; Docker; Kubernetes; Helm; Ansible; Terraform; Git; GitHub Actions; Apache; Apache Spark; Apache Kafka; Hadoop
Postgres; MongoDB; Redis; Cassandra; MariaDB; Elastic; Grafana; Prometheus; Jupyter; Anaconda; Pandas; NumPy; PyTorch; TensorFlow; Keras; Scikit; Gradle; Maven; Jira; Confluence; Trello
Siri; Alexa; Cortana; Watson; Gemini; Claude; Copilot; Chrome; Safari; Edge; Opera; Gmail; Outlook; Excel; Word; Photoshop; Illustrator; Figma; Unity; Unreal Engine; Blender; Android
Windows; Ubuntu; Debian; Fedora; Raspberry Pi; Arduino; Intel Core; Nvidia; Bluetooth; Ethernet; Bubble Sort; Binary Search Tree; Fibonacci; Euclid; Dijkstra; Monte Carlo; Markov Chain
Gaussian; Bayes; Fourier; Laplace; Poisson; Bernoulli; Pearson; Spearman; Levenshtein; Hamming; Caesar Cipher; Huffman; Celsius; Fahrenheit; Kelvin; Pascal; Newton; Watt; Joule; Hertz; Volt
True; False; None; Null; NaN; String; Integer; Boolean; Array; List; Dict; Object; Class; Function; Variable; Input; Output; Answer; Question; Example; Note; Warning; Error; Task; Step; Person
`)

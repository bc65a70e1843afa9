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
Macy's; Kohl's; Sears; Trader Joe's; Whole Foods; Best Buy; Home Depot; Barnes & Noble; Simon & Schuster; Marks & Spencer; Stanford; Harvard; Princeton; Yale; Cornell; Cambridge; Oxford
Duke University; Johns Hopkins; Carnegie Mellon; Brown University; MIT; UCLA; NASA; FIFA; UEFA; the NBA; the NFL; Real Madrid; Manchester United; Bayern Munich; Juventus; Arsenal; Chelsea
New York Yankees; Los Angeles Lakers; Chicago Bulls; Boston Celtics; Dallas Cowboys; Red Sox; Golden State Warriors; Wall Street; Silicon Valley; Times Square; Central Park; Big Ben
Eiffel Tower; Statue of Liberty; Golden Gate Bridge; Mount Everest; Grand Canyon; Niagara Falls; Buckingham Palace; White House; Great Wall of China; Taj Mahal; Machu Picchu; Notre Dame
Amazon River; Pacific Ocean; Sahara Desert; Andromeda Galaxy; Milky Way; Cold War; World War II; World War I; Civil War; French Revolution; Industrial Revolution; Renaissance; Middle Ages
New Year; New York; New York City; Los Angeles; San Francisco; Las Vegas; San Diego; Washington DC; South Africa; North Korea; Saudi Arabia; Hong Kong; New Zealand; Puerto Rico; St. Louis
Monte Carlo; Nobel Prize; Turing Award; Academy Award; Super Bowl; World Cup; Olympic Games; Christmas Eve; Valentine's Day; Black Friday; Mother's Day; Halloween; Thanksgiving Dinner
`)

export const TECH = lines(`
Python; Java; JavaScript; TypeScript; Ruby; Ruby on Rails; Rust; Go; Kotlin; Swift; Perl; Scala; Haskell; Julia; Elixir; Bash; Shell; PowerShell; PHP; Django; Flask; Laravel; Spring Boot
React; React Native; Angular; Vue; Svelte; Node; Express; Jenkins; Travis; Docker; Kubernetes; Helm; Ansible; Terraform; Git; GitHub Actions; Apache; Apache Spark; Apache Kafka; Hadoop
Postgres; MongoDB; Redis; Cassandra; MariaDB; Elastic; Grafana; Prometheus; Jupyter; Anaconda; Pandas; NumPy; PyTorch; TensorFlow; Keras; Scikit; Gradle; Maven; Jira; Confluence; Trello
Siri; Alexa; Cortana; Watson; Gemini; Claude; Copilot; Chrome; Safari; Edge; Opera; Gmail; Outlook; Excel; Word; Photoshop; Illustrator; Figma; Unity; Unreal Engine; Blender; Android
Windows; Ubuntu; Debian; Fedora; Raspberry Pi; Arduino; Intel Core; Nvidia; Bluetooth; Ethernet; Bubble Sort; Binary Search Tree; Fibonacci; Euclid; Dijkstra; Monte Carlo; Markov Chain
Gaussian; Bayes; Fourier; Laplace; Poisson; Bernoulli; Pearson; Spearman; Levenshtein; Hamming; Caesar Cipher; Huffman; Celsius; Fahrenheit; Kelvin; Pascal; Newton; Watt; Joule; Hertz; Volt
True; False; None; Null; NaN; String; Integer; Boolean; Array; List; Dict; Object; Class; Function; Variable; Input; Output; Answer; Question; Example; Note; Warning; Error; Task; Step; Person
`)

/** What people talk about, in the words that give it away: to see that a question is not on what a system message allows. English. */
export const TOPICS = `
cooking: cook recipe bake baking boil fry kitchen food dish meal ingredient oven soup bread pasta rice sauce dough cake egg. eggs flour butter sugar spice dinner lunch breakfast vegetarian cream salt. cheese chicken pancake restaurant wine potato carrot vegetable
sport: sport football soccer match. matches league team. teams goal player coach tennis marathon fitness gym. workout training train_for olympic race. offside basketball golf swimming athlete stadium champion cup_final world_cup chess
animals: animal pet. pets dog. dogs cat. cats puppy kitten rabbit bird horse elephant zoo fish. wildlife owl hedgehog wolf wolves bees bee. insect whale penguin species feather goldfish
travel: travel trip. trips hotel flight airport holiday vacation beach tourist passport visa. luggage bags booking itinerary train_station museum sightseeing destination airline ticket
finance: bank loan mortgage invest interest_rate savings account. accounts credit tax. taxes budget money stock. stocks shares pension fund. funds salary currency insurance payment fee. fees bitcoin crypto
health: health doctor medicine medical symptom disease diagnos pain. fever cough pill. pills dose vitamin diet nutrition sleep. vaccine clinic hospital headache allerg rash therapy
law: law. laws legal lawyer contract sue. court rights. lawsuit landlord tenant liabil attorney divorce
programming: code. coding program python javascript java. function script software api. debug compil database sql. algorithm variable loop. html css. regex git. array class_ server developer
weather: weather rain snow forecast temperature sunny cloud storm umbrella wind. climate fog. thunder hail. degrees cold_
music: music song album concert guitar piano violin chord. chords composer band. melody jazz singer orchestra lyrics opera
film: film movie cinema actor actress director series. episode netflix hollywood screenplay oscar
maths: math equation algebra geometry fraction triangle circle percent prime. primes calculus solve theorem integral derivative square_root homework multiply
garden: garden plant. plants planting flower tulip rose. roses tomato soil seed prune lawn fern cactus leaves watering compost
cars: car. cars engine tyre tire. brake garage vehicle fuel petrol battery oil_ electric_car motor driving mileage
history: history war. empire roman king. queen century ancient medieval revolution pharaoh emperor dynasty plague cleopatra middle_ages
shop: order. orders parcel delivery return. refund shipping stock. shop jacket shoes discount price customer product warranty
politics: politic election vote. voting president government minister party. parliament democrat republican senator policy_on immigration
fun: joke jokes poem riddle funny story. stories laugh rhyme limerick
science: science physics chemistry biology planet. planets space. moon. atom gravity photosynthesis volcano telescope galaxy evolution boiling_point speed_of
geography: capital_of country. countries population river. mountain continent ocean. city. cities
relation: girlfriend boyfriend wife husband dating love. marriage friend. friends wedding
religion: god. religion church bible islam pray. faith buddh
`

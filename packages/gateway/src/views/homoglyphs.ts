/**
 * Letters of other scripts that look like Latin ones, each beside its twin. After Unicode's confusables (UTS 39), cut down to what
 * can be mistaken at reading size. Full-width, mathematical and circled letters are not here: compatibility folds them.
 */
const PAIRS = [
  // Cyrillic
  'аa еe оo рp сc уy хx іi ѕs јj һh ԁd ԛq ԝw ӏl ѵv вb нh кk мm тt гr пn ьb зe иu лn дa фo цu ѡw ѳo ґr ғf қk ҝk ңh ҳx үy ұy ћh ђh ӕa ӧo ӓa ӥu ёe їi',
  'АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX Ү' + 'Y ԌG ԜW ЗE ҒF ѴV ӀI ГR ПN ДA ИU ЦU ФO ЬB ЁE ЇI',
  // Greek
  'αa βb γy δd εe ζz ηn ιi κk νv οo ρp σo ςc τt υu χx ωw άa έe ήn ίi όo ύu ώw μu',
  'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ΓR ΔA ΛA ΣE ΩO ΆA ΈE ΉH ΊI ΌO ΎY',
  // Armenian
  'աw եt իp հh մu նu ոn սu օo ցg զq ղn քp գq ՏS ՍU ՕO',
  // Latin of other alphabets: phonetic letters, small capitals, letters with a stroke
  'ɑa ɐa ʙb ƅb ɓb ƈc ɕc ɖd ɗd ɘe ǝe əe ɛe ɜe ƒf ɡg ɢg ɠg ʜh ɦh ɥh ɪi ɩi ɨi ʝj ɟj ĸk ʞk ʟl ɭl ɫl łl ɯm ɱm ɴn ɲn ɳn ŋn ɵo ɔo øo ƿp ʠq ʀr ɹr ɾr ɼr ʁr ʂs ƨs ſf ʈt ƭt ʇt ʉu ʊu ʋv ʌv ʍw ʏy ʎy ʐz ʑz ƶz ıi ȷj',
  'ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴌl ᴍm ᴎn ᴏo ᴐo ᴘp ᴙr ᴛt ᴜu ᴠv ᴡw ᴢz ꜰf ꜱs ᴦr ᴨn ᴩp',
  // Cherokee
  'ᎪA ᏴB ᏟC ᎠD ᎬE ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᏒR ᏚS ᎢT ᏙV ᎳW ᎩY ᏃZ',
].join(' ')

/** By code unit, the Latin letter; 0 where there is none. All of them stand in the basic plane. */
export function createHomoglyphs(): Uint16Array {
  const twins = new Uint16Array(0x10000)
  for (const pair of PAIRS.split(' ')) twins[pair.charCodeAt(0)] = pair.charCodeAt(1)
  return twins
}

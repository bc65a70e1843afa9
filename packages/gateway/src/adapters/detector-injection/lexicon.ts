/**
 * Words of attacks on models, by what they mean, in many languages: what a text says in any of them is then told by the same
 * features, and what was learnt of one language holds in the others.
 *
 * A line is a meaning, a colon, and beginnings of words; a piece that ends in `.` is a whole word. Beginnings may hold spaces, written `_`.
 * Where words are not set apart (Chinese, Japanese, Korean, Thai) they are looked for everywhere.
 */
export const LEXICON = `
ignore: ignor disregard forget overlook overrid bypass neglect set_aside pay_no_attention do_not_follow don't_follow stop_following no_longer_follow throw_out discard drop_the cancel_all cancel_your abandon
ignore: ignorier vergiss vergesst vergessen missacht nicht_beacht außer_acht lass_alle setz_dich_über überschreib verwirf
ignore: ignore oublie oubliez ne_tiens_pas_compte ne_tenez_pas_compte fais_abstraction faites_abstraction passe_outre outrepass laisse_tomber n'écoute fais_fi abandonn
ignore: ignora olvid haz_caso_omiso no_hagas_caso descart pasa_por_alto omite omita deja_de_lado desatiend
ignore: ignori dimentic scorda trascura non_considerare non_tenere_conto non_seguire lascia_perdere tralascia
ignore: ignore esqueç esquece desconsider despreze desprez deixe_de_lado não_siga
ignore: negeer vergeet laat_alle sla_alle let_niet_op verwaarloos
ignore: zignoruj ignoruj zapomnij pomiń pomin nie_zwracaj_uwagi zlekceważ odrzuć
ignore: ignorera glöm bortse strunta åsidosätt hoppa_över
ignore: игнорир проигнорир забудь забудьте не_обращай не_учитывай отбрось отмени пренебрег не_следуй
ignore: yok_say görmezden_gel unut. unutun dikkate_alma göz_ardı boş_ver önemseme
ignore: 忽略 无视 無視 忽视 忘记 忘掉 忘记 忘れ 不要理会 不用管 不理会 抛开 别管 抛弃 不要遵循 従わない 従うのをやめ 破棄 忘却 取り消
ignore: تجاهل انس_ إنس انسى تناسى تجاوز لا_تلتفت لا_تتبع اهمل أهمل تغاض
ignore: अनदेखा नज़रअंदाज़ नजरअंदाज भूल_जा भूल_जाओ भूलें भुला उपेक्षा अनदेखी ध्यान_मत
ignore: 무시 잊어 잊으 따르지_마 신경_쓰지 신경쓰지 취소하 버려
ignore: ignoruj zapomeň zapomeňte ігноруй забудь_про проігнор ignoră uită abaikan lupakan bỏ_qua phớt_lờ quên αγνό ξέχασε ξεχάστε התעלם שכח نادیده فراموش ignorer glem unohda ohita sivuuta felejtsd hagyd_figyelmen ละเว้น เพิกเฉย ลืม উপেক্ষা نظر_انداز zanemari
previous: previous prior. preceding earlier above. foregoing former before. existing original initial past. old. so_far up_to_now until_now given_to_you you_were_given you_received already
previous: vorherig vorige bisherig vorangegang früher obig oben. zuvor davor bestehend ursprünglich vorangehend
previous: précédent antérieur ci-dessus avant. initial plus_haut jusqu'ici préalable
previous: anterior previ arriba. antes. inicial hasta_ahora
previous: precedent anterior sopra. prima. finora inizial
previous: anterior prévi acima. antes. até_agora iniciai
previous: vorige eerder bovenstaand voorgaand hierboven voorafgaand tot_nu
previous: poprzedni wcześniejsz powyższ dotychczas wszystko_powyżej
previous: tidigare föregående ovan. ovanstående hittills
previous: предыдущ прежн ранее. ранее выше. вышеуказан выше предшеств до_этого прошл
previous: önceki yukarıdaki daha_önce evvelki şimdiye_kadar
previous: 之前 以前 先前 前面 上述 以上 上面 此前 前の 従来 これまで 前述 先ほど 初始 最初
previous: السابق سابق أعلاه اعلاه المذكور قبل. الأولى ما_سبق
previous: पिछल पहले पूर्व ऊपर. उपरोक्त अब_तक
previous: 이전 앞의 앞서 위의 기존 지금까지 전의 초기
previous: předchoz попередн anterioar sebelumnya trước_đ ở_trên προηγούμεν הקודמ قبلی tidligere aiemm edelli korábbi előző ก่อนหน้า পূর্ববর্তী پچھل prethodn
instruct: instruct directive direction. directions command order. orders what_you_were_told what_i_said told_you_to guidance briefing
instruct: anweisung instruktion befehl vorgabe anleitung weisung
instruct: instruction consigne directive ordre. ordres commande
instruct: instruccion instrucción indicacion orden. órdenes ordenes directric
instruct: istruzion ordini. comandi direttiv indicazion
instruct: instruç ordens. comandos diretriz orientaç
instruct: instructie opdracht aanwijzing bevel richtlijn
instruct: instrukcj polece rozkaz wytyczn
instruct: instruktion anvisning order. direktiv
instruct: инструкц указани команд приказ директив
instruct: talimat yönerge komut emir emirleri direktif
instruct: 指令 指示 命令 说明 指引 指導
instruct: تعليمات التعليمات أوامر الأوامر توجيهات التوجيهات الإرشادات
instruct: निर्देश आदेश हिदायत अनुदेश
instruct: 지시 명령 지침 안내
instruct: pokyn instrukc інструкц instrucțiun instruksi perintah chỉ_thị hướng_dẫn mệnh_lệnh οδηγίες οδηγιών εντολ הוראות ההוראות دستورات instruks ohjee utasítás คำสั่ง নির্দেশ ہدایات upute
rule: rule guideline polic restriction constraint regulation filter. filters limit. limits limitation safeguard guardrail moderation censor safety boundar content_polic
rule: regel richtlinie einschränkung beschränkung vorschrift schranke filter
rule: règle restriction limit contrainte politique filtre garde-fou
rule: regla restriccion restricción norma. normas límite política filtro
rule: regol restrizion limit vincol norma. norme filtr
rule: regra restriç restriçõ norma. normas limit polític filtro
rule: regels beperking grenzen beleid
rule: zasad reguł ogranicz regulamin filtr
rule: regler begränsning riktlinj spärr
rule: правил ограничени запрет политик фильтр
rule: kural kısıtlama sınır ilke politika filtre
rule: 规则 規則 限制 准则 约束 规定 方针 政策 ルール 制限 制約 規約 方針 ガイドライン フィルター 过滤
rule: قواعد القواعد قيود القيود القوانين حدود سياس
rule: नियम प्रतिबंध सीमा पाबंदी नीति
rule: 규칙 제한 정책 제약 가이드라인 필터
rule: pravidl правил regul aturan batasan quy_tắc κανόν περιορισμ חוקים מגבלות قوانین regler säänn szabály กฎ নিয়ম قواعد
system: system. systems system_ developer_message meta_prompt pre-prompt preprompt pre_prompt metaprompt
system: systemprompt système sistema systeem systemow system_ systemmeddel систем sistem
system: 系统 系統 システム 시스템 النظام نظام सिस्टम प्रणाली systém sistem hệ_thống σύστημα συστήματος המערכת سیستم järjestelmä rendszer ระบบ সিস্টেম
prompt: prompt context. configuration setup initiali preamble persona. first_message opening_message
prompt: eingabeaufforderung invite. mensaje_del_sistema messaggio_di_sistema mensagem_do_sistema konfigur configur настрой промпт промт подсказк istem komut_istemi
prompt: 提示 提示词 提示語 プロンプト 프롬프트 المطالبة موجه प्रॉम्प्ट 設定 设定 配置 설정 gợi_ý פרומפט
reveal: reveal show. show_ print output. display. repeat disclose leak recite dump expose tell_me share give_me write_out spit_out spell_out return_the divulge paste echo. list_your summarize_your summarise_your what_are_your what_is_your what's_your what_were_you read_back quote. copy. hand_over let_me_see i_want_to_see
reveal: zeig zeige verrat verrate nenn nenne gib_mir wiederhol enthüll offenbar ausgeben ausgib sag_mir druck
reveal: montre montrez révèle révél affiche affichez répète répétez donne-moi donnez-moi dis-moi dites-moi divulg écris imprime
reveal: muestra muéstra revela revelar repite repet dime. dame. imprime enséña divulga
reveal: mostra mostrami rivela ripeti dimmi stampa svela dammi
reveal: mostre revele revela repita diga-me diga_me me_diga imprima exiba divulgue
reveal: toon onthul herhaal geef_me geef_mij vertel_me vertel_mij druk_af laat_zien
reveal: pokaż ujawnij powtórz podaj powiedz wyświetl wypisz wydrukuj zdradź
reveal: visa avslöja upprepa berätta skriv_ut ge_mig
reveal: покажи раскрой повтори выведи скажи сообщи назови напечатай выдай расскажи
reveal: göster açıkla. ifşa tekrarla söyle yazdır paylaş ver. açığa
reveal: 显示 顯示 透露 告诉我 告訴我 输出 輸出 重复 重複 打印 泄露 公开 展示 写出 教えて 表示 見せ 出力 繰り返 明かし 開示 公開
reveal: أظهر اكشف كرر اعرض أخبرني اخبرني اطبع أفصح قل_لي أعطني
reveal: दिखा बता बताओ बताइए प्रकट दोहरा उजागर साझा
reveal: 보여 알려 말해 출력 반복해 공개 드러내 밝혀
reveal: ukaž prozraď zobraz покажи розкрий arată dezvălui tunjukkan ungkap tampilkan tiết_lộ hiển_thị cho_tôi δείξε αποκάλυψε הצג גלה نشان_بده vis. avslør näytä paljasta mutasd áruld แสดง เปิดเผย দেখাও بتاؤ pokaži otkrij
secret: secret password passphrase confidential credential api_key api_keys private_key hidden. code_word codeword access_code access_key pin_code token. internal_only classified flag. passcode
secret: geheim passwort kennwort zugangscode vertraulich schlüssel losung
secret: mot_de_passe secret confidentiel clé_secrète clé. code_secret
secret: contraseña secreto secreta clave confidencial palabra_clave
secret: parola_d'ordine segret password riservat chiave
secret: senha segredo secret confidencia chave palavra-passe
secret: wachtwoord geheim vertrouwelijk sleutel
secret: hasło hasła haslo tajn sekret poufn klucz
secret: lösenord hemlig konfidentiell nyckel
secret: парол секрет конфиденциал ключ тайн кодовое_слово
secret: şifre parola gizli sır. sırrı anahtar
secret: 密码 密碼 秘密 机密 密钥 口令 暗号 パスワード 合言葉 機密 秘密 비밀 암호 비밀번호 키값 كلمة_المرور كلمة_السر سر. السر السري سري पासवर्ड गुप्त रहस्य गोपनीय
secret: heslo tajn parolă secret kata_sandi rahasia mật_khẩu bí_mật κωδικ μυστικ סיסמה סוד رمز_عبور adgangskode passord salasana jelszó titk รหัสผ่าน ความลับ পাসওয়ার্ড
pretend: pretend act_as roleplay role-play role_play simulat imagine_you imagine_that impersonat play_the_role take_on_the_role you_are_now you_will_now you're_now your_new_role behave_as become. in_character you_are_going_to you_will_act you_shall_act emulat respond_as answer_as suppose assume_the
pretend: tu_so tue_so stell_dir_vor spiel spiele verhalte_dich agiere du_bist_jetzt du_bist_nun schlüpf
pretend: fais_semblant faites_semblant agis_comme tu_es_maintenant vous_êtes_maintenant joue_le imagine. imaginez comporte-toi
pretend: finge actúa actua ahora_eres imagina simula compórtate haz_de_cuenta
pretend: fingi fai_finta agisci_come ora_sei adesso_sei immagina comportati
pretend: finja aja_como agora_você_é você_agora_é imagine. comporte-se faça_de_conta
pretend: doe_alsof doe_je gedraag je_bent_nu speel
pretend: udawaj zachowuj_się jesteś_teraz teraz_jesteś wyobraź wciel
pretend: låtsas agera_som du_är_nu spela
pretend: притвор представь действуй ты_теперь теперь_ты веди_себя сыграй
pretend: gibi_davran rol_yap artık_sen şimdi_sen taklit
pretend: 假装 扮演 你现在是 你現在是 现在你是 模拟 假设 角色 ふりを なりき 演じ あなたは今 役割 척해 역할 행동해 이제_너는 당신은_이제 تظاهر تصرف أنت_الآن انت_الآن دور नाटक अब_तुम अब_आप भूमिका
now: from_now henceforth from_this_point from_here_on now_on starting_now going_forward
now: ab_jetzt ab_sofort von_nun_an desde_ahora a_partir_de_ahora ahora. à_partir_de_maintenant désormais maintenant d'ora_in_poi da_ora adesso. agora. a_partir_de_agora vanaf_nu nu. od_teraz teraz från_och_med_nu с_этого_момента теперь bundan_sonra şimdi 从现在 現在 现在 今から これから 지금부터 이제부터 من_الآن الآن अब_से अब.
free: unrestrict uncensor unfilter without_restriction without_any_restriction no_restriction without_limit no_limit without_filter no_filter amoral unethical jailbreak dan. do_anything_now no_rules no_longer_bound free_from freed_from unlimited. unbound without_censor no_ethical no_moral evil_ anything_you_want not_bound break_free broken_free unlocked without_any_filter uninhibited no_guidelines immoral unhinged
free: uneingeschränkt ohne_einschränkung ohne_filter unzensiert sans_restriction sans_limite sans_filtre non_censuré sin_restriccion sin_límite sin_filtro sin_censura senza_restrizion senza_limit senza_filtr senza_censura sem_restriç sem_limit sem_filtro sem_censura zonder_beperking zonder_filter ongecensureerd bez_ogranicz bez_filtr bez_cenzury utan_begräns utan_filter ocensurerad без_ограничен без_цензур без_фильтр kısıtlama_olmadan sansürsüz sınırsız filtresiz
free: 没有限制 没有任何限制 无限制 不受限制 不受任何 無制限 制限なし 制限のない 検閲なし 제한_없 제약_없 검열_없 بدون_قيود بلا_قيود غير_مقيد बिना_किसी_प्रतिबंध बिना_प्रतिबंध बिना_रोक
mode: mode. developer_mode debug admin administrator root_access sudo. maintenance_mode god_mode diagnostic test_mode superuser override. elevated unlock
mode: modus. entwicklermodus administrat mode_développeur modo_desarrollador modo_de_depur modalità_sviluppatore modo_desenvolvedor ontwikkelaarsmodus tryb_deweloper tryb_admin utvecklarläge режим_разработчик режим geliştirici_modu yönetici 模式 管理员 開発者モード モード 管理者 모드 관리자 وضع_المطور مسؤول मोड डेवलपर
not: not. never don't do_not no. nothing must_not cannot can't won't without. isn't no_longer stop. unless refuse
not: nicht. kein niemals nie. ohne. ne_pas pas. jamais sans. nunca no_ sin. non. mai. senza não. nunca. sem. niet. geen nooit zonder nie. nigdy bez. inte. aldrig utan. не. никогда без. нельзя asla hayır değil olmadan 不要 不能 不得 从不 没有 别. ない 決して しないで 않 마세요 절대 하지_마 لا. ليس أبدا بدون मत. नहीं कभी_नहीं बिना
all: all. every. everything any. entire whole. each. complete
all: alle. alles. allen. sämtlich jede ganze tout. toute tous. toutes todo. todas todos. toda. cualquier tutte tutti tutto tutta qualsiasi tudo. qualquer al. elke wszystk każd cały całą alla. allt. hela все. всё весь вся любы tüm bütün her. hepsini 所有 全部 一切 任何 すべて 全て 모든 모두 전부 جميع كل. सभी सब. सारे हर.
new: new. instead different. following. actual real. true. updated replacement next_task your_task primary_objective
new: neue neuen stattdessen folgend nouve suivant nuev siguiente en_su_lugar nuov seguent invece novo. nova. novas novos seguinte em_vez nieuw volgende in_plaats now_e następując zamiast nya. följande istället нов следующ вместо yeni aşağıdaki bunun_yerine 新的 以下 改为 新しい 代わりに 次の 새로운 대신 다음 جديد التالي बदले नए. नया निम्नलिखित
send: send. email_ e-mail_ forward. forward_ post_ upload transmit exfiltrat submit. curl. wget webhook bcc fetch. make_a_request http_request
send: sende schick leite_ envoie envoyez transfèr envía envia reenvía manda. invia inoltra mandi stuur verstuur wyślij prześlij skicka vidarebefordra отправ перешли пошли gönder ilet. 发送 發送 转发 上传 送信 転送 送って 보내 전송 전달 أرسل ارسل भेज भेजें
link: http:// https:// www. link. url. website click webpage ![ .com .net .org attacker evil.
link: klick clique haz_clic clicca kliknij klicka нажми ссылк tıkla bağlantı 链接 點擊 点击 网址 リンク クリック 링크 클릭 رابط انقر लिंक क्लिक
run: execute run. run_ delete. delete_ invoke call_the transfer. transfer_ purchase install download. rm_-rf drop_table function_call tool_call use_the_tool grant. shell terminal. wire_
run: führe lösche überweise exécut supprim ejecuta elimina borra esegui cancella execute apague exclua voer verwijder wykonaj usuń kör. radera выполни удали переведи çalıştır sil. 执行 删除 运行 轉帳 转账 実行 削除 실행 삭제 نفذ احذف चलाएं हटा
ai: ai. a.i. assistant chatbot chatgpt gpt language_model llm bot. claude gemini llama. model. openai anthropic copilot a.i agent.
ai: ki. ki-assistent assistent sprachmodell assistant. ia. asistente modelo assistente modello modelo_de taalmodel asystent model_języ språkmodell ассистент модел ии. бот чат-бот asistan yapay_zeka dil_modeli 助手 模型 人工智能 アシスタント 人工知能 モデル 어시스턴트 인공지능 مساعد المساعد الذكاء_الاصطناعي सहायक मॉडल
user: user. user's customer. human. humans person_reading reader.
user: nutzer benutzer kunde utilisateur usuario utente usuário gebruiker użytkownik användare пользовател kullanıcı 用户 ユーザー 利用者 사용자 المستخدم उपयोगकर्ता
answer: answer. answer_ respond reply response output_ say. say_ write. write_ generate produce your_answer
answer: antwort schreib réponds répond écris responde contesta escribe rispondi scrivi responda escreva antwoord schrijf odpowiedz odpowied napisz svara skriv ответ напиши cevap yanıt yaz. 回答 回复 答え 返答 書いて 대답 답변 써. 작성 أجب اكتب उत्तर जवाब लिख
convert: translate base64 rot13 encode decode convert summari paraphras rephrase in_reverse backwards morse rewrite as_a_poem spell hex. hexadecimal letter_by_letter emoji anagram leetspeak cipher
convert: übersetz kodier zusammenfass traduis tradui résum traduce traduci codifica resum riassum traduza resuma vertaal vat_samen przetłumacz zakoduj streść översätt sammanfatta переведи_на закодируй перескажи çevir özetle 翻译 翻譯 编码 总结 翻訳 要約 エンコード 번역 요약 인코딩 ترجم لخص अनुवाद सारांश
ethic: ethic moral illegal legal harmful harm. dangerous unsafe offensive inappropriate explicit nsfw violen hateful
urgent: important. urgent attention immediately critical. warning emergency notice. asap alert.
urgent: wichtig dringend achtung urgent important. importante urgente atención attenzione atenção belangrijk dringend let_op ważne pilne uwaga viktigt brådskande обрати важно срочно внимание önemli acil dikkat 重要 紧急 緊急 注意 중요 긴급 주의 مهم عاجل انتباه महत्वपूर्ण तत्काल ध्यान
author: developer. developers creator administrator. openai_ engineer. authorized authorised permission. official_ i_am_your i'm_your the_owner security_team red_team verified compliance auditor ceo
author: entwickler autorisiert développeur autorisé desarrollador autorizado sviluppator autorizzat desenvolvedor autorizado ontwikkelaar gemachtigd programist upoważn utvecklare behörig разработчик уполномоч geliştirici yetkili 开发者 开发人员 授权 開発者 許可 개발자 권한 المطور مخول डेवलपर अधिकृत
verbatim: verbatim word_for_word exactly_as word-for-word the_text_above text_above everything_above words_above messages_above conversation. first_line first_sentence in_full character_for_character code_block starting_with beginning_with begins_with you_are_ raw_text
verbatim: wörtlich wort_für_wort mot_à_mot mot_pour_mot textuellement palabra_por_palabra textualmente parola_per_parola palavra_por_palavra woord_voor_woord letterlijk słowo_w_słowo dosłownie ordagrant ord_för_ord дословно слово_в_слово kelimesi_kelimesine aynen 逐字 原文 一字不差 そのまま 一字一句 그대로 한_글자도 حرفيا كلمة_بكلمة शब्दशः ज्यों_का_त्यों
end: end_of ends_here is_over begin_ [system] [inst] <|im_start|> <|system|> <system> </system> ###_ ---_ <<sys>> [/inst] system: assistant: human: user: role_ instruction: instructions:
story: story poem song game. fiction hypothetical character. scene. novel screenplay movie grandma grandmother dialogue
story: geschichte gedicht histoire poème hypothét historia cuento poema storia ipotetic história verhaal gedicht opowiadanie wiersz berättelse dikt истори стих рассказ hikaye şiir 故事 小说 诗 物語 小説 이야기 소설 قصة कहानी कविता
say: always_say only_say respond_only_with answer_only_with i_have_been say_exactly just_say and_say then_say instead_say pwned hacked i_am_free
code: code. codes codename digit digits number. word. combination phrase. name_of_the
forbid: do_not_give do_not_speak never_speak must_not do_not_say never_say never_give never_name do_not_write do_not_use nothing_else no_other turn_down turn_everything refused decline kindly_refuse confidential_until do_not_reveal never_reveal don't_tell do_not_tell do_not_share never_share do_not_mention never_mention under_no_circumstances not_allowed must_never only_answer only_talk only_discuss only_respond do_not_discuss don't_discuss keep_it_secret keep_secret forbidden refuse_to strictly never_disclose do_not_disclose not_to_reveal without_revealing only_help
hint: hint. first_letter last_letter rhyme. rhymes how_many_letters starts_with clue riddle synonym acrostic opposite_of what_does_it what_would_you what_would_happen guess.
`

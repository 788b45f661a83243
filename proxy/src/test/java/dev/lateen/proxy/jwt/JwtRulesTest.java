package dev.lateen.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.JsonText;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.ClaimToHeader;
import dev.lateen.proxy.model.JwtProvider.Header;
import dev.lateen.proxy.model.JwtProvider.Keys;
import dev.lateen.proxy.model.JwtProvider.Limits;
import dev.lateen.proxy.model.JwtProvider.Metadata;
import dev.lateen.proxy.model.JwtProvider.Output;
import dev.lateen.proxy.model.JwtProvider.Places;
import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.model.JwtRequirement.All;
import dev.lateen.proxy.model.JwtRequirement.AllowMissing;
import dev.lateen.proxy.model.JwtRequirement.AllowMissingOrFailed;
import dev.lateen.proxy.model.JwtRequirement.Any;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.route.RouteFixtures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtRulesTest {
    private static final TestKeys KEYS = new TestKeys();
    private static final TestKeys OTHERS = new TestKeys();
    private static final long NOW = 1_800_000_000L;
    private static final String OF_P = KEYS.token("{\"iss\":\"p\",\"sub\":\"me\"}");
    private static final String OF_Q = OTHERS.token("{\"iss\":\"q\",\"sub\":\"you\"}");
    private static final String BAD = KEYS.token("{\"iss\":\"p\",\"exp\":1}");
    private static final JwtRequirement P = new JwtRequirement.Provider("p", List.of());
    private static final JwtRequirement Q = new JwtRequirement.Provider("q", List.of());
    private static final JwtRules BOTH =
            TestRules.of("p", TestRules.local("p", KEYS.rsaJwks()), "q", TestRules.local("q", OTHERS.rsaJwks()));

    private final VerifiedTokens verified = new VerifiedTokens();

    private JwtDecision decide(JwtRules rules, JwtRequirement requirement, RequestHead head) {
        return rules.decide(requirement, head, _ -> new JwtKeySource.Found.Wanted(), verified, NOW);
    }

    private JwtStatus status(JwtRules rules, JwtRequirement requirement, RequestHead head) {
        return switch (decide(rules, requirement, head)) {
            case JwtDecision.Passed _ -> JwtStatus.OK;
            case JwtDecision.Refused(JwtStatus status, var _) -> status;
            case JwtDecision.KeysWanted _ -> throw new AssertionError("keys are here");
        };
    }

    private JwtChanges passed(JwtProvider provider, RequestHead head) {
        JwtDecision decision = decide(TestRules.of("p", provider), P, head);
        assertThat(decision).isInstanceOf(JwtDecision.Passed.class);
        JwtChanges changes = ((JwtDecision.Passed) decision).changes();
        changes.apply();
        return changes;
    }

    private static RequestHead bearer(String... tokens) {
        HeaderMap headers = new HeaderMap();
        for (String token : tokens) {
            headers.add("Authorization", "Bearer " + token);
        }
        RequestHead head = RouteFixtures.get("h", "/");
        for (int i = 0; i < headers.size(); i++) {
            head.headers().add(headers.name(i), headers.value(i));
        }
        return head;
    }

    private static JwtProvider with(Limits limits) {
        return new JwtProvider(
                "p", limits, new Keys.Local(KEYS.jwks()), Places.USUAL, TestRules.NO_OUTPUT, TestRules.PAYLOAD);
    }

    private static JwtProvider with(Places places) {
        return TestRules.provider("p", new Keys.Local(KEYS.jwks()), places);
    }

    private static JwtProvider with(Output output) {
        return new JwtProvider(
                "p", TestRules.NO_LIMITS, new Keys.Local(KEYS.jwks()), Places.USUAL, output, TestRules.PAYLOAD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384",
                "HS512", "EdDSA"
            })
    void allAlgorithmsAreUnderstood(String algorithm) {
        JwtRules rules = TestRules.of("p", TestRules.local("p", KEYS.jwks()));
        String claims = "{\"iss\":\"p\"}";
        String named = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + KEYS.kid(algorithm) + "\"}";
        assertThat(status(rules, P, bearer(KEYS.sign(named, claims, algorithm))))
                .isEqualTo(JwtStatus.OK);
        String unnamed = "{\"alg\":\"" + algorithm + "\"}";
        assertThat(status(rules, P, bearer(KEYS.sign(unnamed, claims, algorithm))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(rules, P, bearer(OTHERS.sign(unnamed, claims, algorithm))))
                .isEqualTo(JwtStatus.VERIFICATION_FAIL);
    }

    @Test
    void aProvidersTokenIsRequired() {
        assertThat(status(BOTH, P, bearer())).isEqualTo(JwtStatus.MISSED);
        assertThat(status(BOTH, P, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, P, bearer(OF_Q))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        assertThat(status(BOTH, P, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, new JwtRequirement.None(), bearer("x"))).isEqualTo(JwtStatus.OK);
    }

    @Test
    void aBadTokenDoesNotPassBesideAGoodOne() {
        assertThat(status(BOTH, P, bearer(OF_P, BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, P, bearer(BAD, OF_P))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, P, bearer(OF_P, OF_P))).isEqualTo(JwtStatus.OK);
        RequestHead two = RouteFixtures.get("h", "/?access_token=" + BAD, "authorization", "Bearer " + OF_P);
        assertThat(status(BOTH, P, two)).isEqualTo(JwtStatus.EXPIRED);
        RequestHead twice = RouteFixtures.get("h", "/?access_token=" + OF_P + "&access_token=" + BAD);
        assertThat(status(BOTH, P, twice)).isEqualTo(JwtStatus.EXPIRED);
    }

    @Test
    void thereAreNoMoreTokensThanAnybodyNeeds() {
        String[] many = new String[JwtJudge.MOST_TOKENS + 1];
        java.util.Arrays.fill(many, OF_P);
        assertThat(status(BOTH, P, bearer(many))).isEqualTo(JwtStatus.MULTIPLE_TOKENS);
        assertThat(status(BOTH, new AllowMissing(), bearer(many)))
                .as("the same one many times")
                .isEqualTo(JwtStatus.OK);
    }

    /** What Istio makes of one rule, and of two. */
    @Test
    void istiosRulesAreEnforced() {
        JwtRequirement one = new Any(List.of(P, new AllowMissing()));
        assertThat(status(BOTH, one, bearer())).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, one, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, one, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, one, bearer("x"))).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(status(BOTH, one, bearer(OF_Q))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        JwtRequirement two = new Any(List.of(
                P,
                Q,
                new All(List.of(new Any(List.of(P, new AllowMissing())), new Any(List.of(Q, new AllowMissing()))))));
        assertThat(status(BOTH, two, bearer())).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, two, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, two, bearer(OF_Q))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, two, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, two, bearer("x"))).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(status(BOTH, two, bearer(KEYS.token("{\"iss\":\"r\"}")))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
    }

    @Test
    void alternativesTellTheMostOfWhatIsWrong() {
        JwtRequirement either = new Any(List.of(P, Q));
        assertThat(status(BOTH, either, bearer())).isEqualTo(JwtStatus.MISSED);
        assertThat(status(BOTH, either, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, new Any(List.of(Q, P)), bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, either, bearer(OF_Q))).isEqualTo(JwtStatus.OK);
    }

    @Test
    void allMustHold() {
        Places other = new Places(List.of(new Header("x-q", "")), List.of(), List.of());
        JwtRules rules = TestRules.of(
                "p",
                TestRules.local("p", KEYS.rsaJwks()),
                "q",
                TestRules.provider("q", new Keys.Local(OTHERS.rsaJwks()), other));
        JwtRequirement all = new All(List.of(P, Q));
        assertThat(status(rules, all, bearer(OF_P))).isEqualTo(JwtStatus.MISSED);
        RequestHead both = RouteFixtures.get("h", "/", "authorization", "Bearer " + OF_P, "x-q", OF_Q);
        assertThat(status(rules, all, both)).isEqualTo(JwtStatus.OK);
        RequestHead wrong = RouteFixtures.get("h", "/", "authorization", "Bearer " + OF_P, "x-q", OF_P);
        assertThat(status(rules, all, wrong)).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
    }

    @Test
    void whatMayBeMissingMayNotBeWrong() {
        assertThat(status(BOTH, new AllowMissing(), bearer())).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, new AllowMissing(), bearer(OF_Q))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, new AllowMissing(), bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, new AllowMissing(), bearer(BAD, OF_Q))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(BOTH, new AllowMissing(), bearer(KEYS.token("{\"iss\":\"r\"}"))))
                .isEqualTo(JwtStatus.UNKNOWN_ISSUER);
    }

    @Test
    void whatMayFailPassesAndIsKnownIfItIsGood() {
        JwtRequirement any = new AllowMissingOrFailed();
        assertThat(status(BOTH, any, bearer())).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, any, bearer("x"))).isEqualTo(JwtStatus.OK);
        assertThat(((JwtDecision.Passed) decide(BOTH, any, bearer(BAD)))
                        .changes()
                        .metadata())
                .isEmpty();
        assertThat(((JwtDecision.Passed) decide(BOTH, any, bearer(OF_Q)))
                        .changes()
                        .metadata())
                .containsKey("payload");
        assertThat(status(BOTH, new Any(List.of(P, any)), bearer(BAD))).isEqualTo(JwtStatus.OK);
    }

    @Test
    void audiencesAreThoseOfTheProviderOrOfTheRequirement() {
        JwtRules rules = TestRules.of(
                "p", with(new Limits(List.of("https://a.example/", "b"), null, false, null, Duration.ofSeconds(60))));
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"aud\":\"b\"}"))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"aud\":[\"x\",\"a.example\"]}"))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"aud\":\"x\"}"))))
                .isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
        assertThat(status(rules, P, bearer(OF_P))).isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
        JwtRequirement other = new JwtRequirement.Provider("p", List.of("x"));
        assertThat(status(rules, other, bearer(KEYS.token("{\"iss\":\"p\",\"aud\":\"x\"}"))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(rules, other, bearer(KEYS.token("{\"iss\":\"p\",\"aud\":\"b\"}"))))
                .isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
    }

    @Test
    void subjectsAndLifetimesHaveLimits() {
        JwtRules subject = TestRules.of(
                "p",
                with(new Limits(List.of(), new StringMatcher.Prefix("m", false), false, null, Duration.ofSeconds(60))));
        assertThat(status(subject, P, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        assertThat(status(subject, P, bearer(KEYS.token("{\"iss\":\"p\"}")))).isEqualTo(JwtStatus.VERIFICATION_FAIL);
        JwtRules expires = TestRules.of("p", with(new Limits(List.of(), null, true, null, Duration.ofSeconds(60))));
        assertThat(status(expires, P, bearer(OF_P))).isEqualTo(JwtStatus.VERIFICATION_FAIL);
        assertThat(status(expires, P, bearer(KEYS.token("{\"iss\":\"p\",\"exp\":9000000000}"))))
                .isEqualTo(JwtStatus.OK);
        JwtRules soon = TestRules.of(
                "p", with(new Limits(List.of(), null, false, Duration.ofHours(1), Duration.ofSeconds(60))));
        assertThat(status(soon, P, bearer(OF_P))).isEqualTo(JwtStatus.VERIFICATION_FAIL);
        assertThat(status(soon, P, bearer(KEYS.token("{\"iss\":\"p\",\"exp\":1800003599}"))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(soon, P, bearer(KEYS.token("{\"iss\":\"p\",\"exp\":1800003600}"))))
                .isEqualTo(JwtStatus.VERIFICATION_FAIL);
    }

    @Test
    void clocksMayDifferByWhatIsSaid() {
        JwtRules rules = TestRules.of("p", with(new Limits(List.of(), null, false, null, Duration.ofSeconds(5))));
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"exp\":1799999995}"))))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"exp\":1799999994}"))))
                .isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(rules, P, bearer(KEYS.token("{\"iss\":\"p\",\"nbf\":1800000006}"))))
                .isEqualTo(JwtStatus.NOT_YET_VALID);
    }

    @Test
    void tokensAreFoundWhereTheyAreAndTakenOut() {
        JwtProvider provider = with(new Places(
                List.of(new Header("x-token", "Token "), new Header("x-bare", "")), List.of("t"), List.of("c")));
        RequestHead head = RouteFixtures.get(
                "h",
                "/a?x=1&t=" + OF_P + "&y=%20",
                "x-token",
                "Token " + OF_P,
                "x-bare",
                OF_P,
                "cookie",
                "a=b; c=" + OF_P);
        passed(provider, head);
        assertThat(head.path()).isEqualTo("/a?x=1&y=%20");
        assertThat(head.headers().toString())
                .doesNotContain("x-token")
                .doesNotContain("x-bare")
                .contains("c=" + OF_P);
        assertThat(status(TestRules.of("p", provider), P, bearer(OF_P))).isEqualTo(JwtStatus.MISSED);
        for (String[] each :
                new String[][] {{"x-token", "Token " + BAD}, {"x-bare", BAD}, {"cookie", "a=b;c=\"" + BAD + "\""}}) {
            assertThat(status(TestRules.of("p", provider), P, RouteFixtures.get("h", "/", each)))
                    .isEqualTo(JwtStatus.EXPIRED);
        }
        assertThat(status(TestRules.of("p", provider), P, RouteFixtures.get("h", "/?%74=" + BAD)))
                .isEqualTo(JwtStatus.EXPIRED);
        RequestHead only = RouteFixtures.get("h", "/a?t=" + OF_P + "#f");
        passed(provider, only);
        assertThat(only.path()).isEqualTo("/a#f");
    }

    @Test
    void theUpstreamSeesWhatItIsToSee() {
        JwtProvider provider = with(new Output(
                true,
                "x-payload",
                false,
                List.of(
                        new ClaimToHeader("x-sub", "sub"),
                        new ClaimToHeader("x-n", "n"),
                        new ClaimToHeader("x-f", "f"),
                        new ClaimToHeader("x-b", "b"),
                        new ClaimToHeader("x-in", "o.in"),
                        new ClaimToHeader("x-l", "l"),
                        new ClaimToHeader("x-none", "none")),
                false));
        String claims =
                "{\"iss\":\"p\",\"sub\":\"me\",\"n\":42,\"f\":-1.5,\"b\":true,\"o\":{\"in\":\"deep\"},\"l\":[1,\"a\"]}";
        RequestHead head = bearer(KEYS.token(claims));
        passed(provider, head);
        HeaderMap headers = head.headers();
        assertThat(headers.getString("authorization")).startsWith("Bearer ");
        assertThat(headers.getString("x-payload")).isEqualTo(TestKeys.encode(claims));
        assertThat(headers.getString("x-sub")).isEqualTo("me");
        assertThat(headers.getString("x-n")).isEqualTo("42");
        assertThat(headers.getString("x-f")).isEqualTo("-1.500000");
        assertThat(headers.getString("x-b")).isEqualTo("true");
        assertThat(headers.getString("x-in")).isEqualTo("deep");
        assertThat(headers.getString("x-l")).isEqualTo("WzEsImEiXQ==");
        assertThat(headers.contains("x-none")).isFalse();
        assertThat(TestRules.of("p", provider).outputHeaders())
                .containsExactly("x-payload", "x-sub", "x-n", "x-f", "x-b", "x-in", "x-l", "x-none");
        RequestHead padded = bearer(OF_P);
        passed(with(new Output(false, "x-payload", true, List.of(), false)), padded);
        assertThat(padded.headers().getString("x-payload"))
                .isEqualTo(TestKeys.encode("{\"iss\":\"p\",\"sub\":\"me\"}") + "==");
        assertThat(padded.headers().contains("authorization")).isFalse();
    }

    @Test
    void policiesSeeTheClaims() {
        JwtProvider provider = new JwtProvider(
                "p",
                TestRules.NO_LIMITS,
                new Keys.Local(KEYS.jwks()),
                Places.USUAL,
                new Output(true, "", false, List.of(), true),
                new Metadata("payload", List.of("scope", "absent", "n"), "header", "failed"));
        String token = KEYS.token("{\"iss\":\"p\",\"scope\":\"a  b\",\"n\":1}");
        JwtChanges changes = passed(provider, bearer(token));
        assertThat(JsonText.of(new StructValue.Struct(changes.metadata())))
                .isEqualTo("{\"header\":{\"alg\":\"RS256\",\"kid\":\"rsa\"},"
                        + "\"payload\":{\"iss\":\"p\",\"n\":1,\"scope\":[\"a\",\"b\"]}}");
        assertThat(changes.isReroute()).isTrue();
        JwtDecision.Refused refused = (JwtDecision.Refused) decide(TestRules.of("p", provider), P, bearer(BAD));
        assertThat(JsonText.of(new StructValue.Struct(refused.metadata())))
                .isEqualTo("{\"failed\":{\"code\":3,\"message\":\"Jwt is expired\"}}");
    }

    @Test
    void whatWasVerifiedIsKnownAsLongAsItsKeysAre() {
        assertThat(status(BOTH, P, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        assertThat(status(BOTH, P, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(verified.size()).isEqualTo(1);
        assertThat(status(BOTH, P, bearer(OF_P))).isEqualTo(JwtStatus.OK);
        JwtRules without = TestRules.of("p", TestRules.local("p", OTHERS.rsaJwks()));
        assertThat(status(without, P, bearer(OF_P))).isEqualTo(JwtStatus.VERIFICATION_FAIL);
        String soonOver = KEYS.token("{\"iss\":\"p\",\"exp\":1800000000}");
        assertThat(status(BOTH, P, bearer(soonOver))).isEqualTo(JwtStatus.OK);
        assertThat(BOTH.decide(P, bearer(soonOver), _ -> new JwtKeySource.Found.Wanted(), verified, NOW + 61))
                .isInstanceOf(JwtDecision.Refused.class);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < VerifiedTokens.MOST; i++) {
            many.add(KEYS.token("{\"iss\":\"p\",\"n\":" + i + "}"));
        }
        many.forEach(token -> assertThat(status(BOTH, P, bearer(token))).isEqualTo(JwtStatus.OK));
        assertThat(verified.size()).isEqualTo(VerifiedTokens.MOST);
    }

    @Test
    void keysThatHaveToBeFetchedAreAskedForOnlyForATokenThatMayBeGood() {
        Keys.Remote remote = new Keys.Remote(
                "http://k/jwks", "k", Duration.ofSeconds(5), Duration.ofMinutes(5), 0, false, Duration.ofSeconds(1));
        JwtRules rules = TestRules.of("p", TestRules.provider("p", remote, Places.USUAL));
        assertThat(status(rules, P, bearer())).isEqualTo(JwtStatus.MISSED);
        assertThat(status(rules, P, bearer(BAD))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(rules, P, bearer(OF_Q))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        assertThat(decide(rules, P, bearer(OF_P))).isEqualTo(new JwtDecision.KeysWanted(remote));
        assertThat(decide(rules, new Any(List.of(P, new AllowMissing())), bearer(OF_P)))
                .isEqualTo(new JwtDecision.KeysWanted(remote));
        Jwks keys = ((Jwks.Outcome.Read) Jwks.read(KEYS.rsaJwks())).keys();
        assertThat(rules.decide(P, bearer(OF_P), _ -> new JwtKeySource.Found.Ready(keys), verified, NOW))
                .isInstanceOf(JwtDecision.Passed.class);
        assertThat(rules.decide(
                        P, bearer(OF_P), _ -> new JwtKeySource.Found.Failed(JwtStatus.JWKS_FETCH_FAIL), verified, NOW))
                .isInstanceOfSatisfying(
                        JwtDecision.Refused.class,
                        refused -> assertThat(refused.status()).isEqualTo(JwtStatus.JWKS_FETCH_FAIL));
    }
}

package dev.lateen.proxy.jwt;

import static dev.lateen.proxy.jwt.TestKeys.encode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.route.RouteFixtures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that nobody should be let in by. */
class HostileTokensTest {
    private static final TestKeys KEYS = new TestKeys();
    private static final TestKeys STRANGER = new TestKeys();
    private static final long NOW = 1_800_000_000L;
    private static final String CLAIMS = "{\"iss\":\"i\",\"sub\":\"s\",\"exp\":1800000600}";
    private static final String RS256 = "{\"alg\":\"RS256\",\"kid\":\"rsa\"}";

    private static JwtDecision decide(String token) {
        return TestRules.of("p", TestRules.local("i", KEYS.jwks()))
                .decide(
                        new JwtRequirement.Provider("p", List.of()),
                        RouteFixtures.get("h", "/", "authorization", "Bearer " + token),
                        _ -> new JwtKeySource.Found.Wanted(),
                        new VerifiedTokens(),
                        NOW);
    }

    private static Arguments of(String what, String token, JwtStatus status) {
        return Arguments.of(what, token, status);
    }

    private static String claims(String claims) {
        return KEYS.token(claims);
    }

    private static String with(String name, String value) {
        return claims("{\"iss\":\"i\",\"" + name + "\":" + value + "}");
    }

    private static String header(String header) {
        return KEYS.sign(header, CLAIMS, "RS256");
    }

    private static String raw(byte[] header, byte[] claims) {
        String signed = encode(header) + '.' + encode(claims);
        return signed + '.' + KEYS.signature(signed, "RS256");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String flipped(String token, int at) {
        char c = token.charAt(at);
        return token.substring(0, at) + (c == 'A' ? 'B' : 'A') + token.substring(at + 1);
    }

    static Stream<Arguments> tokens() {
        String good = KEYS.token(CLAIMS);
        int payload = good.indexOf('.') + 1;
        int signature = good.lastIndexOf('.') + 1;
        List<Arguments> all = new ArrayList<>();
        all.addAll(forms(good));
        all.addAll(algorithms());
        all.addAll(List.of(
                of(
                        "payload of another",
                        good.substring(0, payload)
                                + encode("{\"iss\":\"i\",\"sub\":\"admin\"}")
                                + good.substring(signature - 1),
                        JwtStatus.VERIFICATION_FAIL),
                of("first of signature", flipped(good, signature), JwtStatus.VERIFICATION_FAIL),
                of("middle of signature", flipped(good, signature + 100), JwtStatus.VERIFICATION_FAIL),
                of("short signature", good.substring(0, good.length() - 4), JwtStatus.VERIFICATION_FAIL),
                of("long signature", good + "AAAA", JwtStatus.VERIFICATION_FAIL),
                of("signature of zeros", good.substring(0, signature) + "A".repeat(342), JwtStatus.VERIFICATION_FAIL),
                of("somebody else's key", STRANGER.token(CLAIMS), JwtStatus.VERIFICATION_FAIL),
                of(
                        "duplicate claim",
                        claims("{\"iss\":\"i\",\"sub\":\"a\",\"sub\":\"b\"}"),
                        JwtStatus.PAYLOAD_BAD_JSON),
                of("duplicate by escape", claims("{\"iss\":\"i\",\"\\u0069ss\":\"i\"}"), JwtStatus.PAYLOAD_BAD_JSON),
                of(
                        "no UTF-8",
                        raw(utf8(RS256), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
                        JwtStatus.PAYLOAD_BAD_JSON),
                of(
                        "header no UTF-8",
                        raw(new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}, utf8(CLAIMS)),
                        JwtStatus.HEADER_BAD_JSON),
                of("UTF-16", raw(utf8(RS256), CLAIMS.getBytes(StandardCharsets.UTF_16)), JwtStatus.PAYLOAD_BAD_JSON),
                of(
                        "deep",
                        claims("{\"iss\":\"i\",\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"),
                        JwtStatus.PAYLOAD_BAD_JSON),
                of(
                        "deep header",
                        header("{\"alg\":\"RS256\",\"a\":" + "{\"a\":".repeat(100) + "1" + "}".repeat(101)),
                        JwtStatus.HEADER_BAD_JSON),
                of("list as payload", claims("[" + CLAIMS + "]"), JwtStatus.PAYLOAD_BAD_JSON),
                of("text behind payload", claims(CLAIMS + "{}"), JwtStatus.PAYLOAD_BAD_JSON),
                of("huge", claims("{\"iss\":\"i\",\"a\":\"" + "x".repeat(60_000) + "\"}"), JwtStatus.BAD_FORMAT)));
        all.addAll(claimsOfAllKinds());
        return all.stream();
    }

    private static List<Arguments> forms(String good) {
        int payload = good.indexOf('.') + 1;
        int signature = good.lastIndexOf('.') + 1;
        return List.of(
                of("a word", "x", JwtStatus.BAD_FORMAT),
                of("two dots", "..", JwtStatus.BAD_FORMAT),
                of("two parts", good.substring(0, signature - 1), JwtStatus.BAD_FORMAT),
                of("no signature", good.substring(0, signature), JwtStatus.BAD_FORMAT),
                of("no header", good.substring(payload - 1), JwtStatus.BAD_FORMAT),
                of("four parts", good + ".x", JwtStatus.BAD_FORMAT),
                of("encrypted, five parts", "a.b.c.d.e", JwtStatus.BAD_FORMAT),
                of("JSON form", "{\"payload\":\"\"}", JwtStatus.BAD_FORMAT),
                of("dot at the end", good + ".", JwtStatus.BAD_FORMAT),
                of("blank behind", good + " ", JwtStatus.SIGNATURE_BAD_BASE64),
                of("two tokens by comma", good + "," + good, JwtStatus.BAD_FORMAT),
                of("classic base64 in header", "eyA+/+/A." + good.substring(payload), JwtStatus.HEADER_BAD_BASE64),
                of(
                        "classic base64 in payload",
                        good.substring(0, payload) + "+/+/" + good.substring(signature - 1),
                        JwtStatus.PAYLOAD_BAD_BASE64),
                of(
                        "percent in signature",
                        good.substring(0, signature) + "%41" + good.substring(signature + 3),
                        JwtStatus.SIGNATURE_BAD_BASE64),
                of("header no JSON", encode("alg") + "." + good.substring(payload), JwtStatus.HEADER_BAD_JSON),
                of("header twice alg", header("{\"alg\":\"none\",\"alg\":\"RS256\"}"), JwtStatus.HEADER_BAD_JSON),
                of(
                        "payload no JSON",
                        good.substring(0, payload) + encode("x") + good.substring(signature - 1),
                        JwtStatus.PAYLOAD_BAD_JSON));
    }

    private static List<Arguments> algorithms() {
        String unsigned = "." + encode(CLAIMS) + ".";
        String byKeyAsSecret = encode("{\"alg\":\"HS256\",\"kid\":\"rsa\"}") + '.' + encode(CLAIMS);
        return List.of(
                of("none", encode("{\"alg\":\"none\"}") + unsigned + "AA", JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of("none without signature", encode("{\"alg\":\"none\"}") + unsigned, JwtStatus.BAD_FORMAT),
                of("None", header("{\"alg\":\"None\"}"), JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of("NONE", header("{\"alg\":\"NONE\"}"), JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of("empty", header("{\"alg\":\"\"}"), JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of("lower case", header("{\"alg\":\"rs256\"}"), JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of("no alg", header("{}"), JwtStatus.HEADER_BAD_ALG),
                of("alg a number", header("{\"alg\":256}"), JwtStatus.HEADER_BAD_ALG),
                of("alg a list", header("{\"alg\":[\"RS256\"]}"), JwtStatus.HEADER_BAD_ALG),
                of("alg null", header("{\"alg\":null}"), JwtStatus.HEADER_BAD_ALG),
                of("ES256K", header("{\"alg\":\"ES256K\"}"), JwtStatus.HEADER_NOT_IMPLEMENTED_ALG),
                of(
                        "public key as secret",
                        byKeyAsSecret + '.' + encode(KEYS.rsa.toPublicJWK().toString()),
                        JwtStatus.JWKS_KID_ALG_MISMATCH),
                of(
                        "HS256 by another's secret",
                        STRANGER.sign("{\"alg\":\"HS256\"}", CLAIMS, "HS256"),
                        JwtStatus.VERIFICATION_FAIL),
                of(
                        "RSA key as ES256",
                        KEYS.sign("{\"alg\":\"ES256\",\"kid\":\"rsa\"}", CLAIMS, "ES256"),
                        JwtStatus.JWKS_KID_ALG_MISMATCH),
                of(
                        "ES256 by the key of ES384",
                        KEYS.sign("{\"alg\":\"ES256\",\"kid\":\"p384\"}", CLAIMS, "ES256"),
                        JwtStatus.JWKS_KID_ALG_MISMATCH),
                of(
                        "ES256 of zeros",
                        encode("{\"alg\":\"ES256\"}") + unsigned + "A".repeat(86),
                        JwtStatus.VERIFICATION_FAIL),
                of("ES256 too short", encode("{\"alg\":\"ES256\"}") + unsigned + "AAAA", JwtStatus.VERIFICATION_FAIL),
                of(
                        "EdDSA too short",
                        encode("{\"alg\":\"EdDSA\"}") + unsigned + "AAAA",
                        JwtStatus.ED25519_SIGNATURE_WRONG_LENGTH),
                of(
                        "EdDSA of zeros",
                        encode("{\"alg\":\"EdDSA\"}") + unsigned + "A".repeat(86),
                        JwtStatus.VERIFICATION_FAIL),
                of("PS256 signed as RS256", header("{\"alg\":\"PS256\"}"), JwtStatus.VERIFICATION_FAIL),
                of("RS384 signed as RS256", header("{\"alg\":\"RS384\"}"), JwtStatus.VERIFICATION_FAIL),
                of("unknown kid", header("{\"alg\":\"RS256\",\"kid\":\"other\"}"), JwtStatus.JWKS_KID_ALG_MISMATCH),
                of(
                        "kid a path",
                        header("{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}"),
                        JwtStatus.JWKS_KID_ALG_MISMATCH),
                of("kid a number", header("{\"alg\":\"RS256\",\"kid\":1}"), JwtStatus.HEADER_BAD_KID),
                of("kid null", header("{\"alg\":\"RS256\",\"kid\":null}"), JwtStatus.HEADER_BAD_KID),
                of("crit", header("{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}"), JwtStatus.VERIFICATION_FAIL),
                of(
                        "crit b64",
                        header("{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}"),
                        JwtStatus.VERIFICATION_FAIL),
                of(
                        "key of its own",
                        STRANGER.sign(
                                "{\"alg\":\"RS256\",\"jwk\":" + STRANGER.rsa.toPublicJWK() + "}", CLAIMS, "RS256"),
                        JwtStatus.VERIFICATION_FAIL),
                of(
                        "key elsewhere",
                        STRANGER.sign("{\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1/keys\"}", CLAIMS, "RS256"),
                        JwtStatus.VERIFICATION_FAIL));
    }

    private static List<Arguments> claimsOfAllKinds() {
        return List.of(
                of("another issuer", claims("{\"iss\":\"j\"}"), JwtStatus.UNKNOWN_ISSUER),
                of("no issuer", claims("{}"), JwtStatus.UNKNOWN_ISSUER),
                of("issuer with a blank", claims("{\"iss\":\"i \"}"), JwtStatus.UNKNOWN_ISSUER),
                of("issuer in upper case", claims("{\"iss\":\"I\"}"), JwtStatus.UNKNOWN_ISSUER),
                of("issuer a list", claims("{\"iss\":[\"i\"]}"), JwtStatus.ISS_NOT_STRING),
                of("issuer null", claims("{\"iss\":null}"), JwtStatus.ISS_NOT_STRING),
                of("subject a number", with("sub", "1"), JwtStatus.SUB_NOT_STRING),
                of("id a number", with("jti", "1"), JwtStatus.JTI_NOT_STRING),
                of("audience a number", with("aud", "1"), JwtStatus.AUD_NOT_STRING),
                of("audiences with a number", with("aud", "[\"a\",1]"), JwtStatus.AUD_NOT_STRING),
                of("expired", with("exp", "1799999939"), JwtStatus.EXPIRED),
                of("expired in 1970", with("exp", "0"), JwtStatus.EXPIRED),
                of("expires before 1970", with("exp", "-1"), JwtStatus.EXP_OUT_OF_RANGE),
                of("expires beyond 64 bits", with("exp", "9223372036854775808"), JwtStatus.EXP_OUT_OF_RANGE),
                of("expires at 1e30", with("exp", "1e30"), JwtStatus.EXP_OUT_OF_RANGE),
                of("expires beyond a double", with("exp", "1e400"), JwtStatus.PAYLOAD_BAD_JSON),
                of("expires as text", with("exp", "\"1800000600\""), JwtStatus.EXP_NOT_INTEGER),
                of("expires null", with("exp", "null"), JwtStatus.EXP_NOT_INTEGER),
                of("expires a list", with("exp", "[1800000600]"), JwtStatus.EXP_NOT_INTEGER),
                of("not yet", with("nbf", "1800000061"), JwtStatus.NOT_YET_VALID),
                of("never", with("nbf", "9e18"), JwtStatus.NOT_YET_VALID),
                of("not before beyond 64 bits", with("nbf", "1e19"), JwtStatus.NBF_OUT_OF_RANGE),
                of("not before, negative", with("nbf", "-5"), JwtStatus.NBF_OUT_OF_RANGE),
                of("not before as text", with("nbf", "\"1\""), JwtStatus.NBF_NOT_INTEGER),
                of("issued as text", with("iat", "\"1\""), JwtStatus.IAT_NOT_INTEGER),
                of("issued, negative", with("iat", "-1"), JwtStatus.IAT_OUT_OF_RANGE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokens")
    void isRefused(String what, String token, JwtStatus status) {
        assertThat(decide(token))
                .isInstanceOfSatisfying(
                        JwtDecision.Refused.class,
                        refused -> assertThat(refused.status()).isEqualTo(status));
    }

    @Test
    void thereAreMoreThanSixtyAndTheGoodOnePasses() {
        assertThat(tokens()).hasSizeGreaterThan(60);
        assertThat(decide(KEYS.token(CLAIMS))).isInstanceOf(JwtDecision.Passed.class);
        assertThat(decide(with("exp", "1799999940")))
                .as("clocks may differ by a minute")
                .isInstanceOf(JwtDecision.Passed.class);
        assertThat(decide(with("nbf", "1800000060"))).isInstanceOf(JwtDecision.Passed.class);
    }
}

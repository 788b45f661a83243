package dev.lateen.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.route.RouteFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwksTest {
    private static final TestKeys KEYS = new TestKeys();
    private static final TestKeys OTHERS = new TestKeys();
    private static final String OF_P = KEYS.token("{\"iss\":\"p\",\"sub\":\"me\"}");

    /** @param token empty for none */
    private static JwtStatus status(JwtRules rules, String token) {
        RequestHead head = token.isEmpty()
                ? RouteFixtures.get("h", "/")
                : RouteFixtures.get("h", "/", "authorization", "Bearer " + token);
        JwtDecision decision = rules.decide(
                new JwtRequirement.Provider("p", List.of()),
                head,
                _ -> new JwtKeySource.Found.Wanted(),
                new VerifiedTokens(),
                1_800_000_000L);
        return decision instanceof JwtDecision.Refused(JwtStatus status, var _) ? status : JwtStatus.OK;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":[]}",
                "{\"keys\":[1,null,{}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\"}]}",
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\"," + "\"x\":\"AQ\",\"y\":\"AQ\"}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AQ\"}]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\"," + "\"x\":\"AQ\"}]}",
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"secp256k1\"}]}",
                "{\"kid\":\"-----BEGIN CERTIFICATE-----\"}"
            })
    void aSetWithoutAUsableKeyLetsNobodyIn(String jwks) {
        assertThat(Jwks.read(jwks)).isInstanceOf(Jwks.Outcome.Bad.class);
        JwtRules rules = TestRules.of("p", TestRules.local("p", jwks));
        assertThat(status(rules, OF_P)).isEqualTo(JwtStatus.JWKS_NO_VALID_KEYS);
        assertThat(status(rules, "")).isEqualTo(JwtStatus.MISSED);
    }

    @Test
    void oneBadKeyDoesNotSpoilTheOthers() {
        String mixed = "{\"keys\":[{\"kty\":\"RSA\"},{\"kty\":\"new\"}," + OTHERS.rsa.toPublicJWK() + ","
                + KEYS.rsa.toPublicJWK() + "]}";
        assertThat(status(TestRules.of("p", TestRules.local("p", mixed)), OF_P)).isEqualTo(JwtStatus.OK);
    }

    @Test
    void aSetHasABound() {
        String many =
                "{\"keys\":[" + (KEYS.rsa.toPublicJWK() + ",").repeat(Jwks.MOST_KEYS) + KEYS.rsa.toPublicJWK() + "]}";
        assertThat(Jwks.read(many)).isInstanceOf(Jwks.Outcome.Bad.class);
    }
}

package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.StructValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A set of keys that tokens may be signed by (RFC 7517), or, as Envoy takes it too, certificates by the ids of their keys. Keys that are of no use are passed over. Safe for use by several
 * threads.
 */
public final class Jwks {
    /** How many keys a set may have: each of them may be tried for a token that names none. */
    static final int MOST_KEYS = 100;

    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private final List<JwksKey> keys;

    /** What a text is. */
    public sealed interface Outcome {
        /** A set with a key that may be used, at least. */
        record Read(Jwks keys) implements Outcome {}

        /** No such set. */
        record Bad(JwtStatus status) implements Outcome {}
    }

    private Jwks(List<JwksKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** Reads a set. @param json as it came */
    public static Outcome read(String json) {
        return read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a set. @param json as it came */
    public static Outcome read(byte[] json) {
        StructValue.Struct set = StructReader.read(json);
        if (set == null) {
            return new Outcome.Bad(JwtStatus.JWKS_PARSE_ERROR);
        }
        List<JwksKey> keys = new ArrayList<>();
        StructValue listed = set.fields().get("keys");
        if (listed == null) {
            if (!areCertificates(set.fields())) {
                return new Outcome.Bad(JwtStatus.JWKS_NO_KEYS);
            }
            set.fields()
                    .forEach((kid, pem) -> JwksKey.ofCertificate(kid, ((StructValue.StringValue) pem).value())
                            .ifPresent(keys::add));
        } else if (listed instanceof StructValue.ListValue(List<StructValue> values)) {
            values.forEach(value -> JwksKey.of(value).ifPresent(keys::add));
        } else {
            return new Outcome.Bad(JwtStatus.JWKS_BAD_KEYS);
        }
        return keys.isEmpty() || keys.size() > MOST_KEYS
                ? new Outcome.Bad(JwtStatus.JWKS_NO_VALID_KEYS)
                : new Outcome.Read(new Jwks(keys));
    }

    private static boolean areCertificates(Map<String, StructValue> fields) {
        return !fields.isEmpty()
                && fields.values().stream()
                        .allMatch(value ->
                                value instanceof StructValue.StringValue(String text) && text.startsWith(CERTIFICATE));
    }

    /** Whether one of the keys, of the id and algorithm that the token names, has signed it. Takes some ten microseconds for each that is tried. */
    JwtStatus verify(Jwt token) {
        boolean tried = false;
        for (int i = 0; i < keys.size(); i++) {
            JwksKey key = keys.get(i);
            if (!key.mayHaveSigned(token.said())) {
                continue;
            }
            tried = true;
            JwtStatus status = key.verify(token);
            if (status == JwtStatus.OK || status == JwtStatus.ED25519_SIGNATURE_WRONG_LENGTH) {
                return status;
            }
        }
        return tried ? JwtStatus.VERIFICATION_FAIL : JwtStatus.JWKS_KID_ALG_MISMATCH;
    }
}

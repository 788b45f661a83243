package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.StructValue;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one token: what is wrong with it first, as Envoy's reader says it. */
final class JwtReader {
    /** In characters; a head of a request may be as long. */
    static final int LONGEST = 64 * 1024;

    static final Set<String> ALGORITHMS = Set.of(
            "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
            "EdDSA");

    /** 2^63, the first that is no long. */
    private static final double BEYOND = 0x1p63;

    private JwtStatus status = JwtStatus.OK;

    private JwtReader() {}

    /** A token, or what is wrong with it. */
    sealed interface Outcome {
        /** It is well formed. */
        record Read(Jwt jwt) implements Outcome {}

        /** It is not. */
        record Bad(JwtStatus status) implements Outcome {}
    }

    static Outcome read(String token) {
        JwtReader reader = new JwtReader();
        Jwt jwt = reader.jwt(token);
        return jwt == null ? new Outcome.Bad(reader.status) : new Outcome.Read(jwt);
    }

    private @Nullable Jwt jwt(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (token.length() > LONGEST
                || first <= 0
                || second <= first + 1
                || second == token.length() - 1
                || token.indexOf('.', second + 1) >= 0) {
            bad(JwtStatus.BAD_FORMAT);
            return null;
        }
        StructValue.Struct header = header(token.substring(0, first));
        if (header == null) {
            return null;
        }
        byte[] json = decode(token.substring(first + 1, second));
        if (json == null) {
            bad(JwtStatus.PAYLOAD_BAD_BASE64);
            return null;
        }
        StructValue.Struct claims = StructReader.read(json);
        if (claims == null) {
            bad(JwtStatus.PAYLOAD_BAD_JSON);
            return null;
        }
        Jwt.Said said = said(header, claims);
        String signature = token.substring(second + 1);
        if (said == null || decode(signature) == null) {
            bad(JwtStatus.SIGNATURE_BAD_BASE64);
            return null;
        }
        return new Jwt(token, header, claims, signature, said);
    }

    private StructValue.@Nullable Struct header(String part) {
        byte[] json = decode(part);
        if (json == null) {
            bad(JwtStatus.HEADER_BAD_BASE64);
            return null;
        }
        StructValue.Struct header = StructReader.read(json);
        if (header == null) {
            bad(JwtStatus.HEADER_BAD_JSON);
            return null;
        }
        if (!(header.fields().get("alg") instanceof StructValue.StringValue(String alg))) {
            bad(JwtStatus.HEADER_BAD_ALG);
            return null;
        }
        if (!ALGORITHMS.contains(alg)) {
            bad(JwtStatus.HEADER_NOT_IMPLEMENTED_ALG);
            return null;
        }
        if (text(header, "kid", JwtStatus.HEADER_BAD_KID) == null) {
            return null;
        }
        // Whoever does not understand what it lists must refuse the token (RFC 7515 section 4.1.11), and nothing is
        // understood here.
        if (header.fields().containsKey("crit")) {
            bad(JwtStatus.VERIFICATION_FAIL);
            return null;
        }
        return header;
    }

    private Jwt.@Nullable Said said(StructValue.Struct header, StructValue.Struct claims) {
        String issuer = text(claims, "iss", JwtStatus.ISS_NOT_STRING);
        String subject = text(claims, "sub", JwtStatus.SUB_NOT_STRING);
        time(claims, "iat", JwtStatus.IAT_NOT_INTEGER, JwtStatus.IAT_OUT_OF_RANGE);
        long notBefore = time(claims, "nbf", JwtStatus.NBF_NOT_INTEGER, JwtStatus.NBF_OUT_OF_RANGE);
        long expires = time(claims, "exp", JwtStatus.EXP_NOT_INTEGER, JwtStatus.EXP_OUT_OF_RANGE);
        text(claims, "jti", JwtStatus.JTI_NOT_STRING);
        List<String> audiences = audiences(claims);
        String alg = text(header, "alg", JwtStatus.HEADER_BAD_ALG);
        String kid = text(header, "kid", JwtStatus.HEADER_BAD_KID);
        if (status != JwtStatus.OK || alg == null || kid == null || issuer == null || subject == null) {
            return null;
        }
        return new Jwt.Said(alg, kid, issuer, subject, audiences, notBefore, expires);
    }

    /** Empty for none; null where it is no text. */
    private @Nullable String text(StructValue.Struct struct, String name, JwtStatus otherwise) {
        StructValue value = struct.fields().get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof StructValue.StringValue(String text)) {
            return text;
        }
        bad(otherwise);
        return null;
    }

    private long time(StructValue.Struct claims, String name, JwtStatus noNumber, JwtStatus outOfRange) {
        StructValue value = claims.fields().get(name);
        if (value == null) {
            return Jwt.NEVER;
        }
        if (!(value instanceof StructValue.NumberValue(double number))) {
            bad(noNumber);
            return Jwt.NEVER;
        }
        if (number < 0 || number >= BEYOND) {
            bad(outOfRange);
            return Jwt.NEVER;
        }
        return (long) number;
    }

    private List<String> audiences(StructValue.Struct claims) {
        StructValue value = claims.fields().get("aud");
        List<StructValue> all = switch (value) {
            case null -> List.of();
            case StructValue.ListValue(List<StructValue> values) -> values;
            default -> List.of(value);
        };
        List<String> texts = new ArrayList<>(all.size());
        for (StructValue each : all) {
            if (each instanceof StructValue.StringValue(String text)) {
                texts.add(text);
            } else {
                bad(JwtStatus.AUD_NOT_STRING);
            }
        }
        return texts;
    }

    /** The first that is wrong counts. */
    private void bad(JwtStatus what) {
        if (status == JwtStatus.OK) {
            status = what;
        }
    }

    private static byte @Nullable [] decode(String part) {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.StructValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that is well formed (RFC 7515, compact form), signed or not.
 *
 * @param text all of it
 * @param header its header
 * @param claims its payload
 * @param signature its last part, which is valid base64url
 * @param said what it says of itself
 */
record Jwt(String text, StructValue.Struct header, StructValue.Struct claims, String signature, Said said) {
    /** What {@code exp} and {@code nbf} are when they are not there. */
    static final long NEVER = -1;

    /**
     * Header fields and claims with a meaning here.
     *
     * @param kid empty for none
     * @param issuer empty for none
     * @param subject empty for none
     * @param notBefore in seconds since 1970, or {@link #NEVER}
     * @param expires in seconds since 1970, or {@link #NEVER}
     */
    record Said(
            String alg,
            String kid,
            String issuer,
            String subject,
            List<String> audiences,
            long notBefore,
            long expires) {}

    /** What was signed: all before the last dot. */
    String signed() {
        return text.substring(0, text.lastIndexOf('.'));
    }

    /** The payload as it stands in the token. */
    String payloadText() {
        return text.substring(text.indexOf('.') + 1, text.lastIndexOf('.'));
    }

    /** A claim by its name, with dots for claims within claims; null where there is none. */
    @Nullable
    StructValue claim(String path) {
        StructValue at = claims;
        for (String name : path.split("\\.", -1)) {
            at = at instanceof StructValue.Struct(var fields) ? fields.get(name) : null;
        }
        return at;
    }
}

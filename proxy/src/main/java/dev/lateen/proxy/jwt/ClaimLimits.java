package dev.lateen.proxy.jwt;

import dev.lateen.proxy.model.JwtProvider;
import java.time.Duration;
import java.util.List;

/** Whether a token is one of a provider's, for us, and now: all that can be said without its keys. */
final class ClaimLimits {
    private ClaimLimits() {}

    /**
     * In Envoy's order.
     *
     * @param audiences in place of the provider's; empty for those
     * @param now in seconds since 1970
     */
    static JwtStatus check(Jwt.Said token, JwtProvider provider, List<String> audiences, long now) {
        JwtProvider.Limits limits = provider.limits();
        if (!provider.issuer().isEmpty() && !provider.issuer().equals(token.issuer())) {
            return JwtStatus.UNKNOWN_ISSUER;
        }
        if (limits.subjects() != null && !limits.subjects().matches(token.subject())) {
            return JwtStatus.VERIFICATION_FAIL;
        }
        if (!lives(token, limits, now)) {
            return JwtStatus.VERIFICATION_FAIL;
        }
        long skew = limits.clockSkew().toSeconds();
        if (token.notBefore() != Jwt.NEVER && token.notBefore() - skew > now) {
            return JwtStatus.NOT_YET_VALID;
        }
        if (token.expires() != Jwt.NEVER && now - skew > token.expires()) {
            return JwtStatus.EXPIRED;
        }
        List<String> wanted = audiences.isEmpty() ? limits.audiences() : audiences;
        return wanted.isEmpty() || isForOneOf(wanted, token.audiences())
                ? JwtStatus.OK
                : JwtStatus.AUDIENCE_NOT_ALLOWED;
    }

    private static boolean lives(Jwt.Said token, JwtProvider.Limits limits, long now) {
        Duration longest = limits.maxLifetime();
        if (longest == null && !limits.requireExpiration()) {
            return true;
        }
        return token.expires() != Jwt.NEVER && (longest == null || token.expires() - now < longest.toSeconds());
    }

    private static boolean isForOneOf(List<String> wanted, List<String> audiences) {
        for (String audience : audiences) {
            for (String each : wanted) {
                if (bare(each).equals(bare(audience))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Envoy compares audiences without scheme and without a slash at the end. */
    private static String bare(String audience) {
        int from = audience.startsWith("https://") ? 8 : audience.startsWith("http://") ? 7 : 0;
        int end = audience.length() > from && audience.endsWith("/") ? audience.length() - 1 : audience.length();
        return audience.substring(from, end);
    }
}

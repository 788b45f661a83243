package dev.lateen.istiod.kubernetes.identity;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.RefusedException;
import dev.lateen.istiod.ca.RefusedException.Reason;
import dev.lateen.istiod.ca.TokenCheck;
import dev.lateen.istiod.ca.TokenIssuer;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whose a token is, as the API server says (TokenReview): projected tokens of service accounts for the audience {@code istio-ca}, as Istio's agents have them. A token that was
 * good is believed for a moment without asking again, for a proxy that starts shows it several times. Safe from any thread.
 */
public final class TokenReviews implements TokenCheck {
    /** A token that is revoked is good so much longer; the certificate that it gets in that time is so for a day. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private static final int MOST = 1024;
    private static final int LONGEST = 16 * 1024;
    private static final int LONGEST_REASON = 300;
    private static final String GROUP = "system:serviceaccounts";

    private final ApiServer server;
    private final LongSupplier nanos;
    /** By the hash of the token, the one that was asked for first at the front. */
    private final Map<String, Good> good = new LinkedHashMap<>();

    private record Good(String subject, long until) {}

    /** @param nanos a clock for durations */
    public TokenReviews(ApiServer server, LongSupplier nanos) {
        this.server = server;
        this.nanos = nanos;
    }

    @Override
    public SpiffeId verify(String token, String trustDomain) throws RefusedException {
        if (token.length() > LONGEST) {
            throw refused("longer than " + LONGEST + " characters");
        }
        String hash = hash(token);
        String subject = remembered(hash);
        if (subject == null) {
            subject = asked(token);
            remember(hash, subject);
        }
        String found = subject;
        return TokenIssuer.serviceAccount(subject, trustDomain)
                .orElseThrow(() -> refused("of " + found + ", which is no service account"));
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java without SHA-256", e);
        }
    }

    private synchronized @Nullable String remembered(String hash) {
        Good known = good.get(hash);
        return known == null || nanos.getAsLong() - known.until >= 0 ? null : known.subject;
    }

    private synchronized void remember(String hash, String subject) {
        long now = nanos.getAsLong();
        good.values().removeIf(one -> now - one.until >= 0);
        while (good.size() >= MOST) {
            good.remove(good.keySet().iterator().next());
        }
        good.put(hash, new Good(subject, now + REMEMBERED.toNanos()));
    }

    private String asked(String token) throws RefusedException {
        TokenReview review = new TokenReviewBuilder()
                .withNewSpec()
                .withToken(token)
                .withAudiences(TokenIssuer.AUDIENCE)
                .endSpec()
                .build();
        TokenReviewStatus status;
        try {
            status = server.client().tokenReviews().create(review).getStatus();
        } catch (KubernetesClientException e) {
            throw new RefusedException(Reason.UNAVAILABLE, "token: can't be checked now: " + server.sentence(e));
        }
        if (status == null || !Boolean.TRUE.equals(status.getAuthenticated()) || status.getUser() == null) {
            throw refused("not known to the API server" + reason(status));
        }
        // An API server that knows no audiences says so by not repeating them.
        if (status.getAudiences() == null || !status.getAudiences().contains(TokenIssuer.AUDIENCE)) {
            throw refused("for another audience");
        }
        if (status.getUser().getGroups() == null
                || !status.getUser().getGroups().contains(GROUP)) {
            throw refused("of no service account");
        }
        return String.valueOf(status.getUser().getUsername());
    }

    /** In the API server's words: that it has expired, that its pod is gone. */
    private static String reason(@Nullable TokenReviewStatus status) {
        String error = status == null || status.getError() == null ? "" : status.getError();
        String line = error.lines().findFirst().orElse("");
        return line.isEmpty() ? "" : ": " + (line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) : line);
    }

    private RefusedException refused(String found) {
        return new RefusedException(
                Reason.UNAUTHENTICATED,
                "token: " + found + " (accepted: a token of a service account of cluster " + server.cluster()
                        + ", audience " + TokenIssuer.AUDIENCE + ", not expired)");
    }
}

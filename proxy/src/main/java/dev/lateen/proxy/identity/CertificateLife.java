package dev.lateen.proxy.identity;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * From when to when a certificate is good.
 *
 * @param from inclusive
 * @param until inclusive
 */
record CertificateLife(Instant from, Instant until) {
    static CertificateLife of(X509Certificate certificate) {
        return new CertificateLife(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    /** What is left of it; negative if nothing is. */
    Duration left(Instant now) {
        return Duration.between(now, until);
    }

    /** What a certificate that was made this moment says of the clock here; null if it is right enough. */
    @Nullable
    String fault(Instant now) {
        String here = "this node's clock, which says " + now.truncatedTo(ChronoUnit.SECONDS) + ", or the CA's is wrong";
        if (now.isBefore(from)) {
            return "it is good from " + from + " on, which is to come: " + here + " (expected: clocks that differ by"
                    + " less than 2 minutes)";
        }
        return now.isAfter(until) ? "it was good until " + until + ": " + here : null;
    }
}

package dev.lateen.proxy.identity;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Certifies keys: {@code istio.v1.auth.IstioCertificateService}. Never blocks. */
public interface CertificateSigner {
    /**
     * Asks for a certificate.
     *
     * @param token the service account's
     * @return the chain in PEM, leaf first, root last
     */
    Future<List<String>> sign(String csrPem, Duration timeToLive, String token);

    /** Lets connections go. */
    default Future<Void> close() {
        return Future.succeededFuture();
    }
}

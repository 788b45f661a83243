package dev.lateen.istiod.ca;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.istiod.ca.RefusedException.Reason;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Says who calls: by the certificate of the connection, which TLS has verified against the root, else by a bearer token. */
public final class Callers {
    private static final String BEARER = "Bearer ";
    private static final int URI_NAME = 6;

    private final TokenCheck tokens;
    private final String trustDomain;

    /** Believes certificates of {@code trustDomain} and tokens of {@code tokens}. */
    public Callers(TokenCheck tokens, String trustDomain) {
        this.tokens = tokens;
        this.trustDomain = trustDomain;
    }

    /**
     * The caller's identity.
     *
     * @param tls the session, whose client certificate was verified if there is one
     * @param authorization the {@code authorization} header
     * @throws RefusedException if neither proves one
     */
    public SpiffeId identify(@Nullable SSLSession tls, @Nullable String authorization) throws RefusedException {
        Optional<SpiffeId> certified = tls == null ? Optional.empty() : certified(tls);
        if (certified.isPresent()) {
            return certified.get();
        }
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new RefusedException(
                    Reason.UNAUTHENTICATED,
                    "credential: none (accepted: a client certificate of this mesh, or authorization: Bearer TOKEN)");
        }
        return tokens.verify(authorization.substring(BEARER.length()).trim(), trustDomain);
    }

    private Optional<SpiffeId> certified(SSLSession tls) throws RefusedException {
        try {
            if (!(tls.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
                return Optional.empty();
            }
            SpiffeId identity = spiffe(certificate).orElseThrow(() -> wrongCertificate("without a SPIFFE identity"));
            if (!identity.trustDomain().equals(trustDomain)) {
                throw wrongCertificate("of " + identity);
            }
            return Optional.of(identity);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private RefusedException wrongCertificate(String found) {
        return new RefusedException(
                Reason.UNAUTHENTICATED,
                "client certificate: " + found + " (accepted: a SPIFFE identity of trust domain " + trustDomain + ")");
    }

    private static Optional<SpiffeId> spiffe(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name ->
                            name.size() == 2 && Integer.valueOf(URI_NAME).equals(name.get(0)))
                    .flatMap(name -> SpiffeId.parse(String.valueOf(name.get(1))).stream())
                    .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }
}

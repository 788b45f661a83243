package dev.lateen.proxy.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Says why a chain is refused, as OpenSSL says it: the message is for the access log, and by the number BoringSSL sends the alert that Envoy would
 * send, such as {@code unknown_ca} for a chain that leads to no root, where Netty would send {@code internal_error}.
 */
final class AlertingTrust extends X509ExtendedTrustManager {
    /** OpenSSL's {@code X509_V_ERR_...}: the number, and the text of {@code X509_verify_cert_error_string}. */
    private enum Refusal {
        NO_REVOCATION_LIST(3, "unable to get certificate CRL"),
        NOT_YET_VALID(9, "certificate is not yet valid"),
        EXPIRED(10, "certificate has expired"),
        SELF_SIGNED(18, "self signed certificate"),
        SELF_SIGNED_IN_CHAIN(19, "self signed certificate in certificate chain"),
        NO_ISSUER(20, "unable to get local issuer certificate"),
        REVOKED(23, "certificate revoked");

        private final int number;
        private final String text;

        Refusal(int number, String text) {
            this.number = number;
            this.text = text;
        }
    }

    private final X509ExtendedTrustManager chains;

    AlertingTrust(X509ExtendedTrustManager chains) {
        this.chains = chains;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, () -> chains.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, () -> chains.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, () -> chains.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, () -> chains.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, () -> chains.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, () -> chains.checkServerTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }

    private static void check(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            Refusal refusal = unknownIssuer(chain);
            int depth = 0;
            for (Throwable t = e; t != null; t = t.getCause()) {
                switch (t) {
                    case CertPathValidatorException at -> {
                        depth = Math.max(0, at.getIndex());
                        if (at.getReason() == CertPathValidatorException.BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                            refusal = Refusal.NO_REVOCATION_LIST;
                        }
                    }
                    case CertificateExpiredException _ -> refusal = Refusal.EXPIRED;
                    case CertificateNotYetValidException _ -> refusal = Refusal.NOT_YET_VALID;
                    case CertificateRevokedException _ -> refusal = Refusal.REVOKED;
                    default -> {}
                }
            }
            throw new OpenSslCertificateException(
                    "verify cert failed: X509_verify_cert: certificate verification error at depth " + depth + ": "
                            + refusal.text,
                    e,
                    refusal.number);
        }
    }

    private static Refusal unknownIssuer(X509Certificate[] chain) {
        X509Certificate last = chain[chain.length - 1];
        if (!last.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
            return Refusal.NO_ISSUER;
        }
        return chain.length == 1 ? Refusal.SELF_SIGNED : Refusal.SELF_SIGNED_IN_CHAIN;
    }
}

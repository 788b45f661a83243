package dev.lateen.proxy.model;

/** {@code envoy.extensions.transport_sockets.tls.v3.Secret}. Its text form never shows a private key. */
public sealed interface Secret {
    /** The SDS name. */
    String name();

    /** A certificate chain, leaf first, and its key, both PEM. */
    record TlsCertificate(String name, String certificateChainPem, String privateKeyPem) implements Secret {
        @Override
        public String toString() {
            return "TlsCertificate[" + name + "]";
        }
    }

    /** Roots, PEM. @param crlPem empty for none */
    record ValidationContext(String name, String trustedCaPem, String crlPem) implements Secret {
        @Override
        public String toString() {
            return "ValidationContext[" + name + "]";
        }
    }
}

package dev.lateen.istiod.ca;

import java.io.IOException;

/** The texts of a certificate authority under the names that they have in Istio's secrets {@code cacerts} and {@code istio-ca-secret}, wherever they are kept. */
public interface AuthorityTexts {
    /** The certificate that signs. */
    String CERTIFICATE = "ca-cert.pem";
    /** Its private key. */
    String KEY = "ca-key.pem";
    /** The certificates between it and the root; may be absent. */
    String CHAIN = "cert-chain.pem";
    /** What everyone trusts. */
    String ROOT = "root-cert.pem";

    /** Whether there is one. */
    boolean has(String name);

    /** A text; an exception that names it if it can't be read. */
    String text(String name) throws IOException;

    /** What is thrown where a text is no good; it names the place. */
    IOException wrong(String name, String message);
}

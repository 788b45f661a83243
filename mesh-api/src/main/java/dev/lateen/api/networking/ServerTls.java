package dev.lateen.api.networking;

import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Wrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How connections from clients are secured.
 *
 * @param httpsRedirect whether plain HTTP is answered with a redirect to HTTPS
 * @param mode the way
 * @param credentials the server's certificates and the roots of its clients
 * @param verification which clients are let in
 * @param parameters versions and cipher suites
 */
@AtMostOne(
        value = {"tlsCertificates", "credentialNames"},
        message = "only one of credentialNames or tlsCertificates can be set")
@AtMostOne(
        value = {"credentialName", "credentialNames"},
        message = "only one of credentialName or credentialNames can be set")
// It asks for other fields than its message says, in Istio's CRD too: credentialName and tlsCertificates pass together.
@Cel(
        rule = "(has(self.credentialNames) ? 1 : 0) + (has(self.tlsCertificates) ? 1 : 0) <= 1",
        message = "only one of credentialName or tlsCertificates can be set")
public record ServerTls(
        boolean httpsRedirect,
        Mode mode,
        @Group Credentials credentials,
        @Group Verification verification,
        @Group Parameters parameters) {

    /**
     * The server's certificates and the roots of its clients: as files, or in Secrets.
     *
     * @param serverCertificate a file
     * @param privateKey a file
     * @param caCertificates a file with the roots of clients
     * @param caCrl a file with the revoked certificates
     * @param credentialName a Secret with the certificates, instead of files
     * @param credentialNames several Secrets, one a kind of key
     * @param tlsCertificates several pairs of files, one a kind of key
     * @param caCertCredentialName a Secret with the roots of clients
     */
    public record Credentials(
            String serverCertificate,
            String privateKey,
            String caCertificates,
            String caCrl,
            String credentialName,
            @Size(min = 1, max = 2) List<String> credentialNames,
            @Size(min = 1, max = 2) List<Certificate> tlsCertificates,
            String caCertCredentialName) {}

    /**
     * Which clients are let in.
     *
     * @param subjectAltNames names of which the client must have one
     * @param verifyCertificateSpki hashes of client keys accepted
     * @param verifyCertificateHash hashes of client certificates accepted
     * @param insecureSkipVerify whether a client's certificate is asked for and not verified (since Istio 1.31)
     */
    public record Verification(
            List<String> subjectAltNames,
            List<String> verifyCertificateSpki,
            List<String> verifyCertificateHash,
            @Wrapped @Nullable Boolean insecureSkipVerify) {}

    /**
     * Versions and cipher suites.
     *
     * @param minProtocolVersion TLS 1.2 if not said
     * @param maxProtocolVersion TLS 1.3 if not said
     * @param cipherSuites OpenSSL's names; empty means Envoy's defaults
     */
    public record Parameters(Version minProtocolVersion, Version maxProtocolVersion, List<String> cipherSuites) {}

    /** The ways to secure a connection. */
    public enum Mode {
        /** The bytes are passed on; routing is by server name. */
        PASSTHROUGH,
        /** TLS ends here. */
        SIMPLE,
        /** TLS ends here; the client must have a certificate. */
        MUTUAL,
        /** As PASSTHROUGH, and the destination is read from the server name. */
        AUTO_PASSTHROUGH,
        /** TLS ends here, with the mesh's certificates on both sides. */
        ISTIO_MUTUAL,
        /** TLS ends here; the client may have a certificate. */
        OPTIONAL_MUTUAL
    }

    /** Versions of TLS. */
    public enum Version {
        /** As the proxy has it. */
        TLS_AUTO,
        /** 1.0. */
        TLSV1_0,
        /** 1.1. */
        TLSV1_1,
        /** 1.2. */
        TLSV1_2,
        /** 1.3. */
        TLSV1_3
    }

    /** A pair of files. */
    public record Certificate(String serverCertificate, String privateKey, String caCertificates) {}
}

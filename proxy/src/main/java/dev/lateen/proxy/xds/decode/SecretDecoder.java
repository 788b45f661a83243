package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** {@code envoy.extensions.transport_sockets.tls.v3.Secret}. Certificates are parsed, so that a broken one is refused here. */
final class SecretDecoder {
    private SecretDecoder() {}

    static Secret decode(ProtoNode node, DecodeScope scope) {
        String name = node.required("name");
        ProtoNode certificate = node.message("tls_certificate");
        if (certificate != null) {
            return certificate(name, certificate, scope);
        }
        ProtoNode validation = node.message("validation_context");
        if (validation != null) {
            return validationContext(name, validation, scope);
        }
        throw node.error("type", "missing or not supported (accepted: tls_certificate, validation_context)");
    }

    static Secret.TlsCertificate certificate(String name, ProtoNode node, DecodeScope scope) {
        node.ignoring("watched_directory", "ocsp_staple", "signed_certificate_timestamp");
        RouteDecoder.refuse(node, "pkcs12", "private_key_provider", "password");
        String chain = DataSources.text(node.requiredMessage("certificate_chain"), scope);
        String key = DataSources.text(node.requiredMessage("private_key"), scope);
        checkCertificates(node, "certificate_chain", chain);
        if (!key.contains("-----BEGIN") || !key.contains("PRIVATE KEY-----")) {
            throw node.error("private_key", "no PEM private key found (accepted: PEM, not encrypted)");
        }
        return new Secret.TlsCertificate(name, chain, key);
    }

    /** Its roots and revocation list; what else a context holds is the TLS decoder's. */
    static Secret.ValidationContext validationContext(String name, ProtoNode node, DecodeScope scope) {
        node.ignoring("watched_directory");
        String roots = DataSources.text(node.requiredMessage("trusted_ca"), scope);
        checkCertificates(node, "trusted_ca", roots);
        ProtoNode crl = node.message("crl");
        return new Secret.ValidationContext(name, roots, crl == null ? "" : revocationLists(node, crl, scope));
    }

    /** @return PEM that can be read */
    static String revocationLists(ProtoNode context, ProtoNode crl, DecodeScope scope) {
        String pem = DataSources.text(crl, scope);
        try {
            byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
            if (CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(bytes))
                    .isEmpty()) {
                throw context.error("crl", "no revocation list found (accepted: one or more in PEM)");
            }
        } catch (CertificateException | CRLException e) {
            throw context.error("crl", "broken revocation list: " + e.getMessage() + " (accepted: PEM)");
        }
        return pem;
    }

    private static void checkCertificates(ProtoNode node, String field, String pem) {
        try {
            byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes))
                    .isEmpty()) {
                throw node.error(field, "no certificate found (accepted: one or more in PEM)");
            }
        } catch (CertificateException e) {
            throw node.error(field, "broken certificate: " + e.getMessage() + " (accepted: PEM)");
        }
    }
}

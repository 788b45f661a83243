package dev.lateen.install.tools;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code proxy-config secret}: certificates by name, with their validity. Keys are never in a dump. */
final class SecretRows {
    private SecretRows() {}

    static String table(JsonNode secrets) {
        TextTable table = new TextTable(
                "RESOURCE NAME", "TYPE", "STATUS", "VALID CERT", "SERIAL NUMBER", "NOT AFTER", "NOT BEFORE");
        for (JsonNode each : secrets) {
            JsonNode secret = each.path("secret");
            boolean own = secret.has("tls_certificate");
            JsonNode source = own
                    ? secret.path("tls_certificate").path("certificate_chain")
                    : secret.path("validation_context").path("trusted_ca");
            X509Certificate certificate = certificate(source);
            String name = each.path("name").asString(secret.path("name").asString(""));
            String type = own ? "Cert Chain" : "CA";
            if (certificate == null) {
                table.row(name, type, "WARMING", "false", "", "", "");
            } else {
                Instant notAfter = certificate.getNotAfter().toInstant();
                table.row(
                        name,
                        type,
                        "ACTIVE",
                        String.valueOf(notAfter.isAfter(Instant.now())),
                        certificate.getSerialNumber().toString(16),
                        notAfter.toString(),
                        certificate.getNotBefore().toInstant().toString());
            }
        }
        return table.text();
    }

    private static @Nullable X509Certificate certificate(JsonNode source) {
        byte[] pem = source.has("inline_string")
                ? source.path("inline_string").asString("").getBytes(StandardCharsets.UTF_8)
                : decode(source.path("inline_bytes").asString(""));
        try {
            return pem.length == 0
                    ? null
                    : (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            return null;
        }
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}

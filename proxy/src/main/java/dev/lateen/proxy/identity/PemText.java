package dev.lateen.proxy.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Text armour around DER (RFC 7468). */
final class PemText {
    private static final byte[] NEW_LINE = {'\n'};

    private PemText() {}

    static String of(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, NEW_LINE).encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** @throws CertificateException when it holds no certificate or a broken one */
    static List<X509Certificate> certificates(String pem) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
            certificates.add((X509Certificate) certificate);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("no certificate in the text");
        }
        return certificates;
    }

    static String withNewLine(String pem) {
        return pem.endsWith("\n") ? pem : pem + "\n";
    }
}

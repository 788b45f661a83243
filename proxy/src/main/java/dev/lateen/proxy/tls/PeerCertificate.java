package dev.lateen.proxy.tls;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * What is read of a certificate once, after the handshake.
 *
 * @param ipSans as Envoy prints them: IPv6 in its short form
 * @param sha256 hex of the whole certificate's SHA-256
 * @param pem all of it
 */
record PeerCertificate(
        List<String> uriSans,
        List<String> dnsSans,
        List<String> emailSans,
        List<String> ipSans,
        String subject,
        String sha256,
        String pem,
        PublicKey publicKey) {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final int MAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    /** @throws CertificateParsingException when its names or its bytes can't be read: such a peer must be refused */
    static PeerCertificate of(X509Certificate certificate) throws CertificateParsingException {
        List<String> uris = new ArrayList<>(1);
        List<String> names = new ArrayList<>(1);
        List<String> emails = new ArrayList<>(0);
        List<String> addresses = new ArrayList<>(0);
        Collection<List<?>> sans = certificate.getSubjectAlternativeNames();
        for (List<?> san : sans == null ? List.<List<?>>of() : sans) {
            if (san.get(0) instanceof Integer kind && san.get(1) instanceof String value) {
                switch (kind) {
                    case URI -> uris.add(value);
                    case DNS -> names.add(value);
                    case MAIL -> emails.add(value);
                    case IP -> addresses.add(address(value));
                    default -> {}
                }
            }
        }
        try {
            byte[] encoded = certificate.getEncoded();
            return new PeerCertificate(
                    uris,
                    names,
                    emails,
                    addresses,
                    certificate.getSubjectX500Principal().getName(X500Principal.RFC2253),
                    PeerCheck.hexSha256(encoded),
                    pem(encoded),
                    certificate.getPublicKey());
        } catch (CertificateEncodingException e) {
            throw new CertificateParsingException("certificate can't be encoded", e);
        }
    }

    /** One way to write each address: the JDK writes IPv6 with all its zeros. Anything that is no address stays as it is. */
    static String address(String text) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
        return address == null ? text : NetUtil.toAddressString(address);
    }

    private static String pem(byte[] encoded) {
        return "-----BEGIN CERTIFICATE-----\n" + LINES.encodeToString(encoded) + "\n-----END CERTIFICATE-----\n";
    }
}

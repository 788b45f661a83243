package dev.lateen.proxy.identity;

import io.vertx.core.Future;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** A CA that signs what it is asked, or fails when a test says so. */
final class FakeAuthority implements CertificateSigner {
    final List<String> tokens = new ArrayList<>();
    final List<Duration> asked = new ArrayList<>();
    final String root;
    boolean away;
    boolean wrongKey;
    /** How far its clock is ahead of that of who asks. */
    Duration ahead = Duration.ZERO;

    private final InstantSource clock;
    private final KeyPair keys;
    private long serial = 1;

    FakeAuthority(InstantSource clock) throws Exception {
        this.clock = clock;
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        this.keys = generator.generateKeyPair();
        this.root = PemText.of(
                "CERTIFICATE",
                certificate("CN=root", keys, null, Duration.ofDays(3650)).getEncoded());
    }

    @Override
    public Future<List<String>> sign(String csrPem, Duration timeToLive, String token) {
        tokens.add(token);
        asked.add(timeToLive);
        if (away) {
            return Future.failedFuture("connection refused");
        }
        try (PEMParser parser = new PEMParser(new StringReader(csrPem))) {
            PKCS10CertificationRequest csr = (PKCS10CertificationRequest) parser.readObject();
            return Future.succeededFuture(List.of(
                    PemText.of(
                            "CERTIFICATE",
                            certificate("CN=leaf", keys, csr, timeToLive).getEncoded()),
                    root));
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private X509CertificateHolder certificate(
            String subject, KeyPair signer, @Nullable PKCS10CertificationRequest csr, Duration life) throws Exception {
        var publicKey = csr == null || wrongKey
                ? org.bouncycastle.asn1.x509.SubjectPublicKeyInfo.getInstance(
                        signer.getPublic().getEncoded())
                : csr.getSubjectPublicKeyInfo();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                new X500Name("CN=root"),
                BigInteger.valueOf(serial++),
                Date.from(clock.instant().plus(ahead).minusSeconds(120)),
                Date.from(clock.instant().plus(ahead).plus(life)),
                new X500Name(subject),
                publicKey);
        if (csr != null) {
            Extensions wanted =
                    Extensions.getInstance(csr.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                            .getAttrValues()
                            .getObjectAt(0));
            builder.addExtension(wanted.getExtension(Extension.subjectAlternativeName));
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()));
    }
}

package dev.lateen.proxy.tls;

import dev.lateen.proxy.model.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests, and the leaves it signs. */
public final class TestCertificates {
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private final KeyPair rootKey = key("EC");
    private final X509Certificate root;

    /** @param name of the authority, such as {@code O=cluster.local} */
    public TestCertificates(String name) {
        this.root = sign(name, name, rootKey, rootKey, List.of(), true, 60);
    }

    /** The root as SDS gives it. */
    public Secret.ValidationContext roots(String secretName) {
        return new Secret.ValidationContext(secretName, pem(root), "");
    }

    /** A workload's certificate. @param spiffe its only subject alternative name */
    public Secret.TlsCertificate workload(String secretName, String spiffe) {
        return leaf(secretName, "EC", 60, new GeneralName(GeneralName.uniformResourceIdentifier, spiffe));
    }

    /** A workload's certificate that was good until a minute ago. */
    public Secret.TlsCertificate expired(String secretName, String spiffe) {
        return leaf(secretName, "EC", -1, new GeneralName(GeneralName.uniformResourceIdentifier, spiffe));
    }

    /** A server's certificate with DNS names. @param algorithm {@code EC} or {@code RSA} */
    public Secret.TlsCertificate server(String secretName, String algorithm, String... names) {
        GeneralName[] sans = new GeneralName[names.length];
        for (int i = 0; i < names.length; i++) {
            sans[i] = new GeneralName(GeneralName.dNSName, names[i]);
        }
        return leaf(secretName, algorithm, 60, sans);
    }

    /** A server's certificate with IP addresses. */
    public Secret.TlsCertificate addressed(String secretName, String... addresses) {
        GeneralName[] sans = new GeneralName[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            sans[i] = new GeneralName(GeneralName.iPAddress, addresses[i]);
        }
        return leaf(secretName, "EC", 60, sans);
    }

    /** This authority's revocation list. @return PEM */
    public String revoking(Secret.TlsCertificate... certificates) throws Exception {
        Date now = Date.from(Instant.now());
        X509v2CRLBuilder list =
                new X509v2CRLBuilder(new X500Name(root.getSubjectX500Principal().getName()), now);
        list.setNextUpdate(Date.from(now.toInstant().plus(1, ChronoUnit.HOURS)));
        for (Secret.TlsCertificate certificate : certificates) {
            X509Certificate leaf = PemMaterial.keyPair(certificate).chain().getFirst();
            list.addCRLEntry(leaf.getSerialNumber(), now, CRLReason.keyCompromise);
        }
        return write(list.build(new JcaContentSignerBuilder("SHA256withECDSA").build(rootKey.getPrivate())));
    }

    private Secret.TlsCertificate leaf(String secretName, String algorithm, int minutes, GeneralName... sans) {
        KeyPair key = key(algorithm);
        X509Certificate leaf = sign(
                "CN=" + secretName,
                root.getSubjectX500Principal().getName(),
                key,
                rootKey,
                List.of(sans),
                false,
                minutes);
        return new Secret.TlsCertificate(secretName, pem(leaf), keyPem(key));
    }

    private static KeyPair key(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate sign(
            String subject,
            String issuer,
            KeyPair key,
            KeyPair issuerKey,
            List<GeneralName> sans,
            boolean authority,
            int minutes) {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(SERIALS.getAndIncrement()),
                Date.from(now.minus(1, ChronoUnit.HOURS)),
                Date.from(now.plus(minutes, ChronoUnit.MINUTES)),
                new X500Name(subject),
                key.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!sans.isEmpty()) {
                GeneralNames names = new GeneralNames(new ArrayList<>(sans).toArray(GeneralName[]::new));
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            if (!authority) {
                KeyPurposeId[] purposes = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** PKCS#8 PEM. */
    private static String keyPem(KeyPair key) {
        try {
            return write(new JcaPKCS8Generator(key.getPrivate(), null).generate());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(X509Certificate certificate) {
        return write(certificate);
    }

    private static String write(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}

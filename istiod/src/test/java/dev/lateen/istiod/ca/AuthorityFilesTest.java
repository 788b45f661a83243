package dev.lateen.istiod.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.identity.SpiffeId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorities that users bring, in the files of Istio's secret {@code cacerts}. */
class AuthorityFilesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");

    @TempDir
    private Path directory;

    private KeyPair rootKey;
    private KeyPair middleKey;
    private KeyPair signerKey;
    private X509Certificate root;
    private X509Certificate middle;
    private X509Certificate signer;

    @BeforeEach
    void chainOfThree() throws Exception {
        make("RSA", 2048, Duration.ofDays(365));
    }

    private void make(String algorithm, int size, Duration rootLife) throws Exception {
        rootKey = key(algorithm, size);
        middleKey = key(algorithm, size);
        signerKey = key(algorithm, size);
        root = certificate("CN=root", rootKey, "CN=root", rootKey, rootLife);
        middle = certificate("CN=middle", middleKey, "CN=root", rootKey, Duration.ofDays(100));
        signer = certificate("CN=signer", signerKey, "CN=middle", middleKey, Duration.ofDays(50));
        write("ca-cert.pem", Pem.of(signer));
        write("ca-key.pem", Pem.of(signerKey.getPrivate()));
        write("cert-chain.pem", Pem.of(List.of(signer, middle, root)));
        write("root-cert.pem", Pem.of(root));
    }

    private static KeyPair key(String algorithm, int size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            String subject, KeyPair key, String issuer, KeyPair issuerKey, Duration life) throws Exception {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(subject.hashCode()).abs(),
                Date.from(NOW.minusSeconds(86_400)),
                Date.from(NOW.plus(life)),
                new X500Name(subject),
                SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        String algorithm = key.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey.getPrivate())));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private CertificateAuthority open() throws IOException {
        return new AuthorityFiles(InstantSource.fixed(NOW), new SecureRandom()).open(directory);
    }

    private List<String> sign() throws Exception {
        return open().signWorkload(key("EC", 256).getPublic(), REVIEWS, Duration.ofHours(24));
    }

    @Test
    void anAnswerHoldsLeafThenThoseBetweenThenTheRoot() throws Exception {
        for (String algorithm : List.of("RSA", "EC")) {
            make(algorithm, algorithm.equals("RSA") ? 2048 : 256, Duration.ofDays(365));
            List<String> chain = sign();
            assertThat(chain.subList(1, 4)).containsExactly(Pem.of(signer), Pem.of(middle), Pem.of(root));
            Pem.certificates(chain.getFirst()).getFirst().verify(signer.getPublicKey());
        }
    }

    @Test
    void whileOneRootTakesThePlaceOfAnotherBothAreTrusted() throws Exception {
        KeyPair otherKey = key("EC", 256);
        X509Certificate other = certificate("CN=other", otherKey, "CN=other", otherKey, Duration.ofDays(365));
        write("root-cert.pem", Pem.of(List.of(other, root)));
        assertThat(open().root()).isEqualTo(root);
        assertThat(open().rootPem()).isEqualTo(Pem.of(List.of(root, other)));
        assertThat(sign().getLast()).contains(Pem.of(root), Pem.of(other));
    }

    @Test
    void certificatesWithoutTheirKeyAreNotReplacedByANewRoot() throws Exception {
        Files.delete(directory.resolve("ca-key.pem"));
        for (String left : List.of("ca-cert.pem", "root-cert.pem", "cert-chain.pem")) {
            assertThatThrownBy(() -> new AuthorityFiles(InstantSource.fixed(NOW), new SecureRandom())
                            .openOrCreate(directory, "cluster.local"))
                    .hasMessageContainingAll("ca-key.pem", "missing beside " + left);
            assertThat(directory.resolve("root-cert.pem"))
                    .satisfiesAnyOf(
                            file -> assertThat(file).content().isEqualTo(Pem.of(root)),
                            file -> assertThat(file).doesNotExist());
            Files.delete(directory.resolve(left));
        }
        assertThat(new AuthorityFiles(InstantSource.fixed(NOW), new SecureRandom())
                        .openOrCreate(directory, "cluster.local")
                        .root())
                .isNotEqualTo(root);
    }

    @Test
    void noCertificateOutlivesItsIssuer() throws Exception {
        String leaf = open().signWorkload(key("EC", 256).getPublic(), REVIEWS, Duration.ofDays(80))
                .getFirst();
        assertThat(Pem.certificates(leaf).getFirst().getNotAfter()).isEqualTo(signer.getNotAfter());
    }

    @Test
    void whatIsWrongIsSaidWithItsFile() throws Exception {
        write("cert-chain.pem", Pem.of(List.of(signer, root)));
        assertThatThrownBy(this::open).hasMessageContainingAll("ca-cert.pem", "CN=signer is not signed by");
        make("EC", 256, Duration.ofDays(-1).plusHours(12));
        assertThatThrownBy(this::open).hasMessageContainingAll("root-cert.pem", "CN=root expired");
        write("root-cert.pem", "nothing");
        assertThatThrownBy(this::open).hasMessageContainingAll("root-cert.pem", "no");
        Files.delete(directory.resolve("ca-key.pem"));
        write("root-cert.pem", Pem.of(root));
        assertThatThrownBy(this::open).hasMessageContaining("ca-key.pem");
    }
}

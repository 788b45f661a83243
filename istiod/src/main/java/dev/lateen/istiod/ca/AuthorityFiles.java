package dev.lateen.istiod.ca;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * A certificate authority in a directory, in the files of Istio's secret {@code cacerts}: {@code ca-cert.pem}, {@code ca-key.pem},
 * {@code cert-chain.pem} (may be absent), {@code root-cert.pem}.
 */
public final class AuthorityFiles {
    private static final String CERTIFICATE = "ca-cert.pem";
    private static final String KEY = "ca-key.pem";
    private static final String CHAIN = "cert-chain.pem";
    private static final String ROOT = "root-cert.pem";
    private static final Duration ROOT_TTL = Duration.ofDays(3650);
    private static final int LONGEST = 1024 * 1024;

    private final InstantSource clock;
    private final SecureRandom random;
    private final BouncyCastleProvider provider = new BouncyCastleProvider();

    /** Reads and makes authorities that go by {@code clock}. */
    public AuthorityFiles(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * The authority in a directory, which is made with a new self-signed root (ECDSA P-256, 10 years) where there is none; its files are
     * for the owner alone. A directory that has certificates and no key is refused.
     *
     * @throws IOException if it can't be read or written, or makes no sense; the message names the file
     */
    public CertificateAuthority openOrCreate(Path directory, String trustDomain) throws IOException {
        if (!Files.exists(directory.resolve(KEY))) {
            refuseRemains(directory);
            create(directory, trustDomain);
        }
        return open(directory);
    }

    /** Certificates without their key: a new root in their place would be one that nobody trusts. */
    private static void refuseRemains(Path directory) throws IOException {
        for (String name : List.of(CERTIFICATE, ROOT, CHAIN)) {
            if (Files.exists(directory.resolve(name))) {
                throw wrong(
                        directory.resolve(KEY),
                        "missing beside " + name + " (accepted: the key of " + CERTIFICATE
                                + "; for a new root, which all workloads have to learn, remove the certificates)");
            }
        }
    }

    private void create(Path directory, String trustDomain) throws IOException {
        KeyPairAndChain root = CertificateAuthority.newRoot(trustDomain, ROOT_TTL, provider, clock, random);
        Files.createDirectories(directory);
        writePrivate(directory.resolve(CERTIFICATE), root.chainPem());
        writePrivate(directory.resolve(ROOT), root.chainPem());
        // The key last: whoever finds it finds all.
        writePrivate(directory.resolve(KEY), root.keyPem());
    }

    /** Writes a whole file that only its owner can read, or none. */
    static void writePrivate(Path file, String text) throws IOException {
        Path written = Files.createTempFile(file.toAbsolutePath().getParent(), ".", ".new");
        try {
            Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
        } catch (UnsupportedOperationException e) {
            // A file system without owners has nobody to hide from.
        }
        Files.writeString(written, text);
        try {
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            Files.delete(written);
        }
    }

    /**
     * The authority in a directory.
     *
     * @throws IOException if it can't be read or makes no sense; the message names the file
     */
    public CertificateAuthority open(Path directory) throws IOException {
        X509Certificate certificate = some(directory.resolve(CERTIFICATE)).getFirst();
        List<X509Certificate> trusted = some(directory.resolve(ROOT));
        PrivateKey key = key(directory.resolve(KEY));
        List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
        if (Files.exists(directory.resolve(CHAIN))) {
            certificates(directory.resolve(CHAIN)).stream()
                    .filter(c -> !c.equals(certificate) && !trusted.contains(c))
                    .forEach(chain::add);
        }
        check(directory, key, chain);
        X509Certificate anchor = anchor(directory, chain, trusted);
        List<X509Certificate> roots = new ArrayList<>(List.of(anchor));
        trusted.stream().filter(root -> !root.equals(anchor)).forEach(roots::add);
        return new CertificateAuthority(new KeyPairAndChain(key, List.copyOf(chain)), roots, provider, clock, random);
    }

    private void check(Path directory, PrivateKey key, List<X509Certificate> chain) throws IOException {
        X509Certificate certificate = chain.getFirst();
        Path file = directory.resolve(CERTIFICATE);
        if (certificate.getBasicConstraints() < 0) {
            throw wrong(file, "not a certificate authority (accepted: basic constraints CA:TRUE)");
        }
        if (!CertificatePairs.belongs(key, certificate, provider)) {
            throw wrong(directory.resolve(KEY), "not the key of " + CERTIFICATE + " (accepted: its private key)");
        }
        for (int i = 0; i < chain.size(); i++) {
            Path of = i == 0 ? file : directory.resolve(CHAIN);
            checkTime(of, chain.get(i));
            if (i + 1 < chain.size() && !isSignedBy(chain.get(i), chain.get(i + 1))) {
                throw unsigned(
                        of,
                        chain.get(i),
                        chain.get(i + 1).getSubjectX500Principal().toString());
            }
        }
    }

    private void checkTime(Path file, X509Certificate certificate) throws IOException {
        Instant end = certificate.getNotAfter().toInstant();
        if (end.isBefore(clock.instant())) {
            throw wrong(
                    file,
                    certificate.getSubjectX500Principal() + " expired " + end
                            + " (accepted: certificates not expired)");
        }
    }

    /** The root that the chain ends in. */
    private X509Certificate anchor(Path directory, List<X509Certificate> chain, List<X509Certificate> trusted)
            throws IOException {
        X509Certificate last = chain.getLast();
        for (X509Certificate root : trusted) {
            if (isSignedBy(last, root)) {
                checkTime(directory.resolve(ROOT), root);
                return root;
            }
        }
        throw unsigned(directory.resolve(chain.size() == 1 ? CERTIFICATE : CHAIN), last, "a certificate of " + ROOT);
    }

    private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static IOException unsigned(Path file, X509Certificate certificate, String issuer) {
        return wrong(
                file,
                certificate.getSubjectX500Principal() + " is not signed by " + issuer + " (accepted: a chain from "
                        + CERTIFICATE + " to " + ROOT + ")");
    }

    private static List<X509Certificate> some(Path file) throws IOException {
        List<X509Certificate> certificates = certificates(file);
        if (certificates.isEmpty()) {
            throw wrong(file, "no certificate in it (accepted: PEM)");
        }
        return certificates;
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        try {
            return Pem.certificates(text(file));
        } catch (CertificateException e) {
            throw wrong(file, "not certificates: " + e.getMessage() + " (accepted: PEM)");
        }
    }

    private PrivateKey key(Path file) throws IOException {
        try {
            return Pem.privateKey(text(file), provider);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw wrong(file, "no private key: " + e.getMessage() + " (accepted: PEM of an EC or RSA key)");
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw wrong(file, "larger than " + LONGEST + " bytes (accepted: PEM)");
        }
        return Files.readString(file);
    }

    private static IOException wrong(Path file, String message) {
        return new FileSystemException(file.toString(), null, message);
    }
}

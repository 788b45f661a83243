package dev.lateen.istiod.ca;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/**
 * A certificate authority in a directory, in the files of Istio's secret {@code cacerts}: {@code ca-cert.pem}, {@code ca-key.pem},
 * {@code cert-chain.pem} (may be absent), {@code root-cert.pem}.
 */
public final class AuthorityFiles {
    private static final String CERTIFICATE = AuthorityTexts.CERTIFICATE;
    private static final String KEY = AuthorityTexts.KEY;
    private static final String CHAIN = AuthorityTexts.CHAIN;
    private static final String ROOT = AuthorityTexts.ROOT;
    private static final int LONGEST = 1024 * 1024;

    private final AuthorityReader reader;

    /** Reads and makes authorities that go by {@code clock}. */
    public AuthorityFiles(InstantSource clock, SecureRandom random) {
        this.reader = new AuthorityReader(clock, random);
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
        KeyPairAndChain root = reader.newRoot(trustDomain);
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
        return reader.read(new Directory(directory));
    }

    /** The files of a directory. */
    private record Directory(Path path) implements AuthorityTexts {
        @Override
        public boolean has(String name) {
            return Files.exists(path.resolve(name));
        }

        @Override
        public String text(String name) throws IOException {
            Path file = path.resolve(name);
            if (Files.size(file) > LONGEST) {
                throw AuthorityFiles.wrong(file, "larger than " + LONGEST + " bytes (accepted: PEM)");
            }
            return Files.readString(file);
        }

        @Override
        public IOException wrong(String name, String message) {
            return AuthorityFiles.wrong(path.resolve(name), message);
        }
    }

    private static IOException wrong(Path file, String message) {
        return new FileSystemException(file.toString(), null, message);
    }
}

package dev.lateen.install.pod;

import dev.lateen.proxy.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workload's certificate for others in the pod, by the file names of Istio's agent ({@code OUTPUT_CERTS}): {@code cert-chain.pem}, {@code key.pem} (PKCS #8) and
 * {@code root-cert.pem}, each put in its place in one step. What can't be written is said, and tried again with the next certificate. Used by one thread.
 */
public final class CertificateFiles implements Consumer<Secret> {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);

    private final Path directory;
    private final Set<PosixFilePermission> permissions;

    /** @param inCluster whether other containers, of other users, are to read them, as in a pod */
    public CertificateFiles(Path directory, boolean inCluster) {
        this.directory = directory;
        this.permissions = PosixFilePermissions.fromString(inCluster ? "rw-r--r--" : "rw-------");
    }

    @Override
    public void accept(Secret secret) {
        switch (secret) {
            case Secret.TlsCertificate certificate -> {
                // The key first: whoever looks for the certificate finds its key.
                write("key.pem", certificate.privateKeyPem());
                write("cert-chain.pem", certificate.certificateChainPem());
            }
            case Secret.ValidationContext roots -> write("root-cert.pem", roots.trustedCaPem());
        }
    }

    private void write(String name, String pem) {
        Path file = directory.resolve(name);
        try {
            if (pem.equals(read(file))) {
                return;
            }
            Path written = Files.createTempFile(
                    directory,
                    name,
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(written, pem);
                Files.setPosixFilePermissions(written, permissions);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            LOG.warn("OUTPUT_CERTS: {} can't be written: {}", file, e.toString());
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }
}

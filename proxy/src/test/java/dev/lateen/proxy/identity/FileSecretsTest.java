package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSecretsTest {
    private static final Secret.TlsCertificate PAIR =
            new TestCertificates("O=files").workload("pair", "spiffe://files/client");
    private static final String CERTIFICATE = PAIR.certificateChainPem();
    private static final String KEY = PAIR.privateKeyPem();

    @TempDir
    private Path directory;

    private final List<Secret> secrets = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();

    private FileSecrets files() {
        return new FileSecrets(secrets::add, absent::add, List.of(directory.resolve("none"), directory.resolve("os")));
    }

    @Test
    void aPairOfFilesIsACertificateAndReadAgainWhenItChanges() throws Exception {
        Path chain = Files.writeString(directory.resolve("c.pem"), CERTIFICATE);
        Path key = Files.writeString(directory.resolve("k.pem"), KEY);
        String name = "file-cert:" + chain + "~" + key;
        FileSecrets files = files();
        files.want(Set.of(name, "default", "ROOTCA"));
        files.look();
        files.look();
        assertThat(secrets).containsExactly(new Secret.TlsCertificate(name, CERTIFICATE, KEY));

        Files.writeString(key, KEY + "\n");
        files.look();
        assertThat(secrets).hasSize(2).last().isEqualTo(new Secret.TlsCertificate(name, CERTIFICATE, KEY + "\n"));
        assertThat(absent).isEmpty();
    }

    @Test
    void aFileThatIsMissingIsToldAndTakenWhenItComes() throws Exception {
        Path roots = directory.resolve("roots.pem");
        FileSecrets files = files();
        files.want(Set.of("file-root:" + roots));
        files.look();
        files.look();
        assertThat(absent).containsExactly("file-root:" + roots);

        Files.writeString(roots, "no certificate at all");
        files.look();
        assertThat(secrets).isEmpty();
        Files.writeString(roots, CERTIFICATE);
        files.look();
        assertThat(secrets).containsExactly(new Secret.ValidationContext("file-root:" + roots, CERTIFICATE, ""));
        assertThat(absent).hasSize(1);
    }

    @Test
    void theSystemsRootsAreTheFirstThatExist() throws Exception {
        Files.writeString(directory.resolve("os"), CERTIFICATE);
        FileSecrets files = files();
        files.want(Set.of("file-root:system"));
        files.look();
        assertThat(secrets).containsExactly(new Secret.ValidationContext("file-root:system", CERTIFICATE, ""));
    }
}

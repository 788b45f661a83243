package dev.lateen.install.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the directory of {@code OUTPUT_CERTS}. */
class CertificateFilesTest {
    @TempDir
    Path directory;

    private void issue(boolean inCluster, String number) {
        CertificateFiles files = new CertificateFiles(directory, inCluster);
        files.accept(new Secret.ValidationContext("ROOTCA", "roots " + number, ""));
        files.accept(new Secret.TlsCertificate("default", "chain " + number, "key " + number));
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    @Test
    void theNewestCertificateStandsInTheFilesOfIstiosAgent() throws IOException {
        issue(false, "1");
        issue(false, "2");
        assertThat(directory.resolve("cert-chain.pem")).hasContent("chain 2");
        assertThat(directory.resolve("key.pem")).hasContent("key 2");
        assertThat(directory.resolve("root-cert.pem")).hasContent("roots 2");
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).hasSize(3);
        }
        assertThat(mode("key.pem")).isEqualTo("rw-------");
    }

    @Test
    void inAPodOtherUsersReadThem() throws IOException {
        issue(true, "1");
        assertThat(mode("key.pem")).isEqualTo("rw-r--r--");
    }

    @Test
    void aDirectoryThatIsNotThereBreaksNothing() throws IOException {
        Files.delete(directory);
        issue(false, "1");
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
        issue(false, "2");
        assertThat(directory.resolve("key.pem")).hasContent("key 2");
    }
}

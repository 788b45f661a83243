package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.tls.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSecretsTest {
    private static final Secret.TlsCertificate PAIR =
            new TestCertificates("O=files").workload("pair", "spiffe://files/client");
    private static final String CERTIFICATE = PAIR.certificateChainPem();
    private static final String KEY = PAIR.privateKeyPem();

    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final FakeTime time = new FakeTime();
    private final List<Secret> secrets = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();

    private FileSecrets files() {
        return files(secrets::add);
    }

    private FileSecrets files(Consumer<Secret> onSecret) {
        return new FileSecrets(
                time, onSecret, absent::add, List.of(directory.resolve("none"), directory.resolve("os")));
    }

    @Test
    void aPairOfFilesIsACertificateAndReadAgainWhenItChanges() throws Exception {
        Path chain = Files.writeString(directory.resolve("c.pem"), CERTIFICATE);
        Path key = Files.writeString(directory.resolve("k.pem"), KEY);
        String name = "file-cert:" + chain + "~" + key;
        FileSecrets files = files();
        files.want(Set.of(name));
        time.advance(SECOND);
        assertThat(secrets).containsExactly(new Secret.TlsCertificate(name, CERTIFICATE, KEY));

        Files.writeString(key, KEY + "\n");
        time.advance(SECOND);
        assertThat(secrets).hasSize(2).last().isEqualTo(new Secret.TlsCertificate(name, CERTIFICATE, KEY + "\n"));
        assertThat(absent).isEmpty();
    }

    @Test
    void aFileThatIsMissingIsToldAndTakenWhenItComes() throws Exception {
        Path roots = directory.resolve("roots.pem");
        FileSecrets files = files();
        files.want(Set.of("file-root:" + roots));
        time.advance(SECOND);
        assertThat(absent).containsExactly("file-root:" + roots);

        Files.writeString(roots, "no certificate at all");
        time.advance(SECOND);
        assertThat(secrets).isEmpty();
        Files.writeString(roots, CERTIFICATE);
        time.advance(SECOND);
        assertThat(secrets).containsExactly(new Secret.ValidationContext("file-root:" + roots, CERTIFICATE, ""));
        assertThat(absent).hasSize(1);
    }

    @Test
    void theSystemsRootsAreTheFirstThatExist() throws Exception {
        Files.writeString(directory.resolve("os"), CERTIFICATE);
        FileSecrets files = files();
        files.want(Set.of("file-root:system"));
        assertThat(secrets).containsExactly(new Secret.ValidationContext("file-root:system", CERTIFICATE, ""));
    }

    @Test
    void aNameThatIsWantedAgainIsBroughtAgain() throws Exception {
        String name = "file-root:" + Files.writeString(directory.resolve("roots.pem"), CERTIFICATE);
        FileSecrets files = files();
        files.want(Set.of(name));
        files.want(Set.of(name));
        assertThat(secrets).hasSize(1);
        files.want(Set.of());
        files.want(Set.of(name));
        assertThat(secrets).hasSize(2);
    }

    @Test
    void aNameThatIsWantedAgainDuringALookIsBroughtAgain() throws Exception {
        String name = "file-root:" + Files.writeString(directory.resolve("roots.pem"), CERTIFICATE);
        FileSecrets files = files();
        time.holdWork();
        files.want(Set.of(name));
        files.want(Set.of());
        files.want(Set.of(name));
        assertThat(time.work()).isEqualTo(2);
        assertThat(secrets).hasSize(2);
        time.advance(SECOND);
        assertThat(time.work()).isEqualTo(1);
        assertThat(secrets).hasSize(2);
    }

    @Test
    void aNameThatIsWantedDuringALookAtAnotherIsLookedForAtOnce() throws Exception {
        String one = "file-root:" + Files.writeString(directory.resolve("one.pem"), CERTIFICATE);
        String two = "file-root:" + Files.writeString(directory.resolve("two.pem"), CERTIFICATE);
        FileSecrets files = files();
        time.holdWork();
        files.want(Set.of(one));
        files.want(Set.of(one, two));
        time.work();
        assertThat(secrets).extracting(Secret::name).containsExactly(one, two);
    }

    @Test
    void whatIsThrownForOneNameKeepsNoOtherAway() throws Exception {
        String one = "file-root:" + Files.writeString(directory.resolve("one.pem"), CERTIFICATE);
        String two = "file-root:" + Files.writeString(directory.resolve("two.pem"), CERTIFICATE);
        FileSecrets files = files(secret -> {
            if (secret.name().equals(one) && absent.isEmpty()) {
                throw new NoClassDefFoundError("x");
            }
            secrets.add(secret);
        });
        files.want(Set.of(one, two));
        assertThat(secrets).extracting(Secret::name).containsExactly(two);
        assertThat(absent).containsExactly(one);
        time.advance(SECOND);
        assertThat(secrets).extracting(Secret::name).containsExactly(two, one);
    }

    @Test
    void nothingIsLookedAtWhenNothingIsWantedOrAfterTheEnd() throws Exception {
        Path roots = Files.writeString(directory.resolve("roots.pem"), CERTIFICATE);
        String name = "file-root:" + roots;
        FileSecrets files = files();
        files.want(Set.of(name));
        files.want(Set.of());
        Files.writeString(roots, CERTIFICATE + CERTIFICATE);
        time.advance(SECOND.multipliedBy(5));
        assertThat(secrets).hasSize(1);
        files.want(Set.of(name));
        files.close();
        Files.writeString(roots, CERTIFICATE);
        time.advance(SECOND.multipliedBy(5));
        assertThat(secrets).hasSize(2);
    }
}

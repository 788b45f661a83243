package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots in a directory as the kubelet mounts a ConfigMap: files are links through {@code ..data}, which is put in another's place. */
class MeshRootsTest {
    private static final Duration A_LOOK = Duration.ofSeconds(6);

    @TempDir
    private Path mount;

    private final FakeTime time = new FakeTime();
    private String old = "";
    private String rotated = "";
    private int changes;

    @BeforeEach
    void mountTheOld() throws Exception {
        old = new FakeAuthority(time.clock()).root;
        rotated = new FakeAuthority(time.clock()).root;
        swap("1", old);
        Files.createSymbolicLink(mount.resolve("root-cert.pem"), Path.of("..data/root-cert.pem"));
    }

    private void swap(String version, String pem) throws IOException {
        Path directory = Files.createDirectory(mount.resolve("..v" + version));
        Files.writeString(directory.resolve("root-cert.pem"), pem);
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), directory.getFileName());
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private MeshRoots roots() {
        MeshRoots roots = new MeshRoots(old, () -> Files.readString(mount.resolve("root-cert.pem")), time);
        roots.follow(() -> changes++);
        return roots;
    }

    @Test
    void rootsAreThoseThatAreMountedByNow() throws IOException {
        MeshRoots roots = roots();
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(old);
        assertThat(changes).isZero();
        swap("2", rotated + old);
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(rotated + old);
        swap("3", rotated);
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(rotated);
        assertThat(changes).isEqualTo(2);
    }

    @Test
    void whatHoldsNoCertificateOrIsGoneChangesNothing() throws IOException {
        MeshRoots roots = roots();
        swap("2", "");
        time.advance(A_LOOK);
        swap("3", rotated.substring(0, rotated.length() / 2));
        time.advance(A_LOOK);
        Files.delete(mount.resolve("..data"));
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(old);
        assertThat(changes).isZero();
        swap("4", rotated);
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(rotated);
    }

    @Test
    void closedItLooksNoMore() throws IOException {
        MeshRoots roots = roots();
        roots.close();
        swap("2", rotated);
        time.advance(A_LOOK);
        assertThat(roots.pem()).isEqualTo(old);
    }
}

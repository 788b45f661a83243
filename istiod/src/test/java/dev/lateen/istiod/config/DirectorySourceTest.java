package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.resource.Origin;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which files are read, and how changes of them are noticed. */
class DirectorySourceTest extends DirectoryFixture {
    @Test
    void everythingUnderADirectoryIsReadAndHiddenFilesAreNot() throws Exception {
        Files.createDirectories(directory.resolve("deep/er"));
        write("deep/er/route.yml", route("deep", "1s"));
        write("notes.txt", "not yaml: [");
        write(".hidden.yaml", "not yaml: [");
        open();
        assertThat(names()).containsExactly("deep");
        assertThat(config().current().objects().size()).isEqualTo(2);
    }

    @Test
    void anEditIsInForceWithinASecond() throws Exception {
        // What it waits for at most; the edit below may take longer on a machine whose cores are busy with other
        // things.
        assertThat(WatchTiming.USUAL.poll().plus(WatchTiming.USUAL.atMost())).isLessThan(Duration.ofSeconds(1));
        write("route.yaml", route("reviews", "1s"));
        open();
        write("route.yaml", route("reviews", "2s"));
        await().untilAsserted(() -> assertThat(changes).hasSize(1));
        assertThat(changes.getFirst().version()).isEqualTo(2);
        assertThat(changes.getFirst().resources()).singleElement().satisfies(change -> {
            assertThat(change.kind()).isEqualTo(ConfigChange.Kind.CHANGED);
            assertThat(change.resource()).hasToString("VirtualService default/reviews");
            assertThat(change.origin())
                    .isEqualTo(new Origin.InFile(directory.resolve("route.yaml").toString(), 1, 1));
        });
    }

    @Test
    void whatDidNotChangeStaysTheSameObject() throws Exception {
        write("a.yaml", route("a", "1s"));
        write("b.yaml", route("b", "1s"));
        open();
        ConfigObject route = named("a");
        ConfigObject service = named("reviews");
        write("b.yaml", route("b", "2s") + "---\n" + route("c", "2s"));
        await().until(() -> names().contains("c"));
        assertThat(named("a")).isSameAs(route);
        assertThat(named("reviews")).isSameAs(service);
    }

    @Test
    void filesMayComeGoAndBeRenamedOver() throws Exception {
        open();
        write("route.yaml", route("first", "1s"));
        await().until(() -> names().equals(List.of("first")));
        Path next = Files.writeString(directory.resolve("next"), route("second", "1s"));
        Files.move(next, directory.resolve("route.yaml"), StandardCopyOption.ATOMIC_MOVE);
        await().until(() -> names().equals(List.of("second")));
        Files.delete(directory.resolve("route.yaml"));
        await().until(() -> names().isEmpty());
    }

    @Test
    void aMountedConfigMapChangesByItsLink() throws Exception {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        Path one = Files.createDirectory(mount.resolve("..one"));
        Path two = Files.createDirectory(mount.resolve("..two"));
        Files.writeString(one.resolve("route.yaml"), route("one", "1s"));
        Files.writeString(two.resolve("route.yaml"), route("two", "1s"));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..one"));
        Files.createSymbolicLink(mount.resolve("route.yaml"), Path.of("..data/route.yaml"));
        open();
        assertThat(names()).containsExactly("one");
        Path swapped = Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..two"));
        Files.move(swapped, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        await().until(() -> names().equals(List.of("two")));
    }

    @Test
    void aFileNamedTwiceIsReadOnce() throws Exception {
        write("a.yaml", route("a", "1s"));
        open(directory, directory.resolve("a.yaml"));
        assertThat(names()).containsExactly("a");
    }

    @Test
    void aPathThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> open(directory.resolve("nowhere")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("no such file or directory");
    }

    @Test
    void meshConfigIsWatchedToo() throws Exception {
        Path mesh = Files.writeString(directory.resolve("mesh"), "trustDomain: one.example\n");
        follow(mesh, List.of(directory.resolve("service.yaml")));
        assertThat(config().current().mesh().trustDomain()).isEqualTo("one.example");
        Files.writeString(mesh, "trustDomain: two.example\n");
        await().until(() -> config().current().mesh().trustDomain().equals("two.example"));
        assertThat(changes.getFirst().meshConfig()).isTrue();
        Files.writeString(mesh, "trustDomian: three.example\n");
        await().until(() -> !problems.isEmpty());
        assertThat(config().current().mesh().trustDomain()).isEqualTo("two.example");
    }

    @Test
    void aDirectoryThatIsAwayIsNoRemovalOfAllThatIsInIt() throws Exception {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        Files.writeString(mount.resolve("a.yaml"), route("a", "1s"));
        open(directory.resolve("service.yaml"), mount);
        Path away = Files.move(mount, directory.resolve("away"));
        await().until(() -> problems.size() == 1);
        assertThat(problems.getFirst().toString()).contains(mount.toString(), "no such file or directory", "stays");
        assertThat(names()).containsExactly("a");

        Files.writeString(away.resolve("a.yaml"), route("b", "1s"));
        Files.move(away, mount);
        await().until(() -> names().equals(List.of("b")));
        Files.delete(mount.resolve("a.yaml"));
        await().until(() -> names().isEmpty());
        assertThat(problems).hasSize(1);
    }

    @Test
    void linksInCirclesAndPipesAreNoTrap() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("one/two"));
        Files.createSymbolicLink(deep.resolve("back"), directory);
        Files.createSymbolicLink(deep.resolve("again"), directory);
        Files.createSymbolicLink(deep.resolve("nowhere.yaml"), directory.resolve("gone.yaml"));
        Path pipe = directory.resolve("pipe.yaml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        write("one/two/a.yaml", route("a", "1s"));
        open();
        assertThat(names()).containsExactly("a");
        assertThatThrownBy(() -> open(pipe)).hasMessageContaining("neither a file nor a directory");
    }

    @Test
    void waitingEndsWithTheConfig() throws Exception {
        DirectorySource source = DirectorySource.open(List.of(directory), null, WatchTiming.USUAL, System::nanoTime);
        opened = JoinedConfig.open(List.of(source), ConfigTiming.USUAL, events(), System::nanoTime);
        config().close();
        assertThat(config().awaitNext()).isNull();
    }
}

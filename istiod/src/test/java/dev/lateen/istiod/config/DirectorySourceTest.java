package dev.lateen.istiod.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {ports: [{name: http, port: 9080}]}
        """;

    @TempDir
    private Path directory;

    private final List<ConfigChange> changes = new CopyOnWriteArrayList<>();
    private final List<Problem> problems = new CopyOnWriteArrayList<>();
    private @Nullable JoinedConfig opened;

    @BeforeEach
    void services() throws IOException {
        write("service.yaml", SERVICE);
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private JoinedConfig config() {
        return requireNonNull(opened, "open() first");
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    private static String route(String name, String timeout) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s}
            spec:
              hosts: [reviews]
              http: [{timeout: %s, route: [{destination: {host: reviews}}]}]
            """.formatted(name, timeout);
    }

    private static String rule(String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              subsets: [{name: %s, labels: {version: v1}}]
            """.formatted(subset);
    }

    private static String toSubset(String subset) {
        return route("reviews", "5s").replace("{host: reviews}", "{host: reviews, subset: " + subset + "}");
    }

    private void open(Path... paths) throws InvalidConfigException {
        follow(null, paths.length == 0 ? List.of(directory) : List.of(paths));
    }

    /** Opens files as istiod does, with a thread that puts changes in force. */
    private void follow(@Nullable Path mesh, List<Path> roots) throws InvalidConfigException {
        DirectorySource source = DirectorySource.open(roots, mesh, WatchTiming.USUAL, System::nanoTime);
        JoinedConfig joined = JoinedConfig.open(List.of(source), ConfigTiming.USUAL, events(), System::nanoTime);
        opened = joined;
        Thread.ofVirtual().start(() -> {
            try {
                while (joined.awaitNext() != null) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private List<ConfigObject> resources() {
        return config().current().sorted().stream()
                .filter(object -> object instanceof ConfigObject.OfIstio)
                .toList();
    }

    private ConfigObject named(String name) {
        return config().current().sorted().stream()
                .filter(object -> object.key().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private ConfigEvents events() {
        return new ConfigEvents() {
            @Override
            public void changed(ConfigChange change) {
                changes.add(change);
            }

            @Override
            public void problems(List<Problem> found) {
                problems.addAll(found);
            }
        };
    }

    private List<String> names() {
        return resources().stream().map(object -> object.key().name()).sorted().toList();
    }

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
    void aFileThatBreaksStaysAsItWasWhileOthersChange() throws Exception {
        write("a.yaml", route("a", "1s"));
        open();
        write("a.yaml", route("a", "1s").replace("timeout", "timeuot"));
        await().until(() -> !problems.isEmpty());
        assertThat(names()).containsExactly("a");
        assertThat(problems.getFirst().toString())
                .contains("a.yaml")
                .contains("VirtualService default/a")
                .contains("spec.http[0].timeuot");

        write("b.yaml", route("b", "1s"));
        await().until(() -> names().equals(List.of("a", "b")));
        assertThat(problems).hasSize(1);

        write("a.yaml", route("better", "1s"));
        await().until(() -> names().equals(List.of("b", "better")));
    }

    @Test
    void aRouteToNowhereIsTakenWithAWarning() throws Exception {
        write("rule.yaml", rule("v1"));
        write("route.yaml", toSubset("v1"));
        open();
        write("route.yaml", toSubset("v9"));
        await().until(() -> changes.size() == 1);
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.toString())
                    .contains("spec.http[0].route[0].destination.subset", "unknown subset 'v9'", "v1");
        });
        write(
                "route.yaml",
                toSubset("v1").replace("destination: {host: reviews,", "destination: {host: nowhere,")
                        + "---\n"
                        + route("beside", "1s"));
        await().until(() -> names().contains("beside"));
        assertThat(problems.getLast().isError()).isFalse();
        assertThat(problems.getLast().found()).startsWith("unknown host 'nowhere'");
    }

    @Test
    void hostsThatAreNotThereHoldNoStartBack() throws Exception {
        Files.delete(directory.resolve("service.yaml"));
        write("route.yaml", route("reviews", "1s"));
        open();
        assertThat(names()).containsExactly("reviews");
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.subject()).isEqualTo("VirtualService default/reviews");
            assertThat(problem.path()).isEqualTo("spec.http[0].route[0].destination.host");
        });
        write("service.yaml", SERVICE);
        await().until(() -> config().problems().isEmpty());
    }

    @Test
    void aRemovalThatLeavesARouteWithoutTargetIsToldAndHoldsNothingBack() throws Exception {
        write("rule.yaml", rule("v1"));
        write("route.yaml", toSubset("v1"));
        open();
        Files.delete(directory.resolve("rule.yaml"));
        await().until(() -> changes.size() == 1);
        assertThat(names()).containsExactly("reviews");
        assertThat(problems)
                .singleElement()
                .extracting(Problem::found)
                .isEqualTo("unknown subset 'v1' of " + "reviews.default.svc.cluster.local");
        Files.delete(directory.resolve("route.yaml"));
        await().until(() -> names().isEmpty());
    }

    @Test
    void ofTwoResourcesOfOneNameTheLaterOneIsInForceAndBothFilesAreNamed() throws Exception {
        write("a.yaml", route("same", "1s") + "---\n" + route("other", "1s"));
        write("b.yaml", route("same", "2s"));
        open();
        assertThat(names()).containsExactly("other", "same");
        assertThat(resources())
                .filteredOn(object -> object.key().name().equals("same"))
                .singleElement()
                .satisfies(object -> assertThat(object.origin().source()).endsWith("b.yaml"));
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.toString())
                    .contains("b.yaml", "VirtualService default/same", "the same resource as in", "a.yaml");
        });
        Files.delete(directory.resolve("b.yaml"));
        await().until(() -> config().problems().isEmpty());
        assertThat(names()).containsExactly("other", "same");
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
    void aBrokenCertificateIsAnErrorWithoutItsContent() throws Exception {
        write("secret.yaml", """
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/tls
            metadata: {name: gateway-cert, namespace: istio-system}
            stringData: {tls.crt: top secret, tls.key: top secret}
            """);
        assertThatThrownBy(this::open)
                .hasMessageContaining("secret.yaml")
                .hasMessageContaining("Secret istio-system/gateway-cert")
                .hasMessageContaining("tls.crt")
                .hasMessageNotContaining("top secret");
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
    void anErrorThatComesBackIsToldAgain() throws Exception {
        write("a.yaml", route("a", "1s"));
        open();
        String wrong = route("a", "1s").replace("timeout", "timeuot");
        write("a.yaml", wrong);
        await().until(() -> problems.size() == 1);
        write("a.yaml", route("a", "2s"));
        await().until(() -> changes.size() == 1);
        write("a.yaml", wrong);
        await().until(() -> problems.size() == 2);
        assertThat(problems.getFirst()).isEqualTo(problems.getLast());
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
    void oneBadObjectOfAFileHoldsNoOtherBack() throws Exception {
        write("a.yaml", route("a", "1s") + "---\n" + route("b", "1s") + "---\n" + route("c", "1s"));
        open();
        write("a.yaml", route("a", "2s") + "---\n" + route("b", "2s").replace("timeout", "timeuot"));
        await().until(() -> names().equals(List.of("a", "b")));
        assertThat(named("a")
                        .as(VirtualService.class)
                        .orElseThrow()
                        .spec()
                        .http()
                        .getFirst()
                        .timeout())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(named("b")
                        .as(VirtualService.class)
                        .orElseThrow()
                        .spec()
                        .http()
                        .getFirst()
                        .timeout())
                .isEqualTo(Duration.ofSeconds(1));
        ObjectFate fate = config().fates().get(ObjectKey.of("", named("b").key()));
        assertThat(fate).isNotNull();
        assertThat(fate.verdict()).isEqualTo(ObjectFate.Verdict.REFUSED);
        assertThat(fate.keepsLastGood()).isTrue();
        assertThat(fate.inForceSince()).isEqualTo(1);
        assertThat(fate.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).isEqualTo("spec.http[0].timeuot"));
    }

    @Test
    void whereAnErrorHasNoNameNothingOfTheFileIsTakenAsGone() throws Exception {
        write("a.yaml", route("a", "1s") + "---\n" + route("b", "1s"));
        open();
        write("a.yaml", route("a", "2s") + "---\n" + route("b", "1s").replace("{name: b}", "{}"));
        await().until(() -> !problems.isEmpty());
        assertThat(names()).containsExactly("a", "b");
        await().until(() -> !changes.isEmpty());
        write("a.yaml", route("a", "2s"));
        await().until(() -> names().equals(List.of("a")));
    }

    @Test
    void waitingEndsWithTheConfig() throws Exception {
        DirectorySource source = DirectorySource.open(List.of(directory), null, WatchTiming.USUAL, System::nanoTime);
        opened = JoinedConfig.open(List.of(source), ConfigTiming.USUAL, events(), System::nanoTime);
        config().close();
        assertThat(config().awaitNext()).isNull();
    }
}

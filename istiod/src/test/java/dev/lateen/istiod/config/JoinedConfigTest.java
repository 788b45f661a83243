package dev.lateen.istiod.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.persistent.PersistentMap;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sources of several kinds as one input. */
class JoinedConfigTest {
    /** Says what the test says. */
    private static final class ToldSource implements ConfigSource {
        private Offers offers = Offers.NOTHING;
        private ChangeListener listener = _ -> {};
        private boolean closed;

        void say(String mesh, String... yaml) {
            PersistentMap<ResourceKey, Offer> objects = PersistentMap.empty();
            List<Problem> problems = new ArrayList<>();
            for (int i = 0; i < yaml.length; i++) {
                FileOffers file =
                        FileOffers.of(new ResourceReader().read("told-" + i + ".yaml", yaml[i]), FileOffers.NOTHING);
                for (Offer offer : file.objects().values()) {
                    objects = objects.with(offer.key(), offer);
                }
                problems.addAll(file.problems());
            }
            var settings = new ResourceReader().readMeshConfig("mesh", mesh).settings();
            offers = new Offers(objects, mesh.isEmpty() ? null : settings.orElseThrow(), problems);
            listener.changed(false);
        }

        @Override
        public String cluster() {
            return ConfigInput.LOCAL_CLUSTER;
        }

        @Override
        public Offers current() {
            return offers;
        }

        @Override
        public void onChange(ChangeListener heard) {
            listener = heard;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final ToldSource files = new ToldSource();
    private final MemorySource memory = new MemorySource();
    private final AtomicLong nanos = new AtomicLong();
    private final List<ConfigChange> changes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private @Nullable JoinedConfig opened;

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private JoinedConfig config() {
        return requireNonNull(opened, "open() first");
    }

    private void open() throws InvalidConfigException {
        opened = JoinedConfig.open(
                List.of(files, memory),
                ConfigTiming.USUAL,
                new ConfigEvents() {
                    @Override
                    public void changed(ConfigChange change) {
                        changes.add(change);
                    }

                    @Override
                    public void problems(List<Problem> found) {
                        problems.addAll(found);
                    }
                },
                nanos::get);
    }

    private static String route(String timeout) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: r}
            spec: {hosts: [a.example.com], http: [{timeout: %s, redirect: {uri: /}}]}
            """.formatted(timeout);
    }

    private static ConfigObject pod(String name, String ready) {
        return ConfigObject.OfKubernetes.of(
                new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewStatus()
                        .withPodIP("10.0.0.1")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus(ready)
                        .endCondition()
                        .endStatus()
                        .build(),
                new Origin.InCluster("test", name, 1, "7"));
    }

    private static String timeout(ConfigInput input) {
        return input.sorted().stream()
                .flatMap(object -> object.as(VirtualService.class).stream())
                .map(route -> String.valueOf(route.spec().http().getFirst().timeout()))
                .findFirst()
                .orElse("none");
    }

    @Test
    void objectsInFilesAndInMemoryAreOneInput() throws Exception {
        files.say("trustDomain: one.example", route("1s"));
        memory.replace(List.of(pod("p", "True")));
        open();
        assertThat(config().current().version()).isEqualTo(1);
        assertThat(config().current().mesh().trustDomain()).isEqualTo("one.example");
        assertThat(config().current().sorted())
                .extracting(object -> object.key().toString())
                .containsExactly("Pod default/p", "VirtualService default/r");
    }

    @Test
    void aTypedObjectInMemoryIsHandedOnAsItIs() throws Exception {
        ConfigObject pod = pod("p", "True");
        memory.replace(List.of(pod));
        open();
        assertThat(config().current().sorted()).singleElement().isSameAs(pod);
    }

    @Test
    void aLoneChangeIsInForceWithoutAWait() throws Exception {
        memory.replace(List.of(pod("p", "False")));
        open();
        nanos.addAndGet(ConfigTiming.USUAL.quiet().toNanos());
        memory.replace(List.of(pod("p", "True")));
        ConfigInput next = config().awaitNext();
        assertThat(next).isNotNull();
        assertThat(next.version()).isEqualTo(2);
        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.meshConfig()).isFalse();
            assertThat(change.resources()).singleElement().satisfies(resource -> {
                assertThat(resource.resource()).hasToString("Pod default/p");
                assertThat(resource.origin()).isInstanceOf(Origin.InCluster.class);
            });
        });
    }

    @Test
    void whatSaysTheSameAgainIsNoChange() throws Exception {
        memory.replace(List.of(pod("p", "True")));
        open();
        Offers before = memory.current();
        memory.replace(List.of(pod("p", "True")));
        assertThat(memory.current()).isSameAs(before);
    }

    @Test
    void aBadStartIsRefusedWithAllThatIsWrongAndClosesTheSources() {
        files.say("", route("1s").replace("timeout", "timeuot"));
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("VirtualService default/r")
                .hasMessageContaining("timeuot");
        assertThat(files.closed).isTrue();
    }

    @Test
    void anErrorLaterIsToldOnceAndLeavesTheLastGoodOne() throws Exception {
        files.say("", route("1s"));
        open();
        nanos.addAndGet(1_000_000_000L);
        files.say("", route("2s").replace("timeout", "timeuot"));
        nanos.addAndGet(1_000_000_000L);
        memory.replace(List.of(pod("p", "True")));
        nanos.addAndGet(1_000_000_000L);
        ConfigInput next = config().awaitNext();
        assertThat(next).isNotNull();
        assertThat(timeout(next)).isEqualTo("PT1S");
        assertThat(problems).singleElement().matches(Problem::isError);
        assertThat(config().problems()).hasSize(1);
    }
}

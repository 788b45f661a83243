package dev.lateen.istiod.input;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigChange.Kind;
import dev.lateen.istiod.input.ObjectFate.Verdict;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What becomes of objects: YAML and a change in, what is in force and told out. */
class ConfigJoinTest {
    private static String service(String name, int... ports) {
        List<String> all = new ArrayList<>();
        for (int port : ports) {
            all.add("{name: p%d, port: %d}".formatted(port, port));
        }
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %s}
            spec: {ports: %s}
            """.formatted(name, all);
    }

    private static String route(String name, String host, String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s}
            spec: {hosts: [%s], gateways: [edge], http: [{route: [{destination: {host: %s%s}}]}]}
            """.formatted(name, name + ".example.com", host, subset.isEmpty() ? "" : ", subset: " + subset);
    }

    private static String rule(String name, String host, String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: %s}
            spec: {host: "%s", subsets: [{name: %s, labels: {version: %s}}]}
            """.formatted(name, host, subset, subset);
    }

    private static String gateway(String name, String credential) {
        return """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: %s}
            spec:
              selector: {istio: edge}
              servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: %s}}]
            """.formatted(name, credential);
    }

    private static String secret(String name, String type, String entries) {
        return """
            apiVersion: v1
            kind: Secret
            metadata: {name: %s}
            type: %s
            stringData: {%s}
            """.formatted(name, type, entries);
    }

    private static String pod(String name, String label) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, labels: {istio: %s}}
            """.formatted(name, label);
    }

    private static ObjectFate fate(ConfigJoin.Outcome outcome, String title) {
        ObjectKey found = outcome.fates().keys().stream()
                .filter(key -> key.toString().equals(title))
                .findFirst()
                .orElseThrow();
        return requireNonNull(outcome.fates().get(found), title);
    }

    private static Offers refused(Offers offers, String title) {
        PersistentMap<ResourceKey, Offer> objects = offers.objects();
        for (Offer offer : objects.values()) {
            if (offer.key().toString().equals(title)) {
                Problem problem = new Problem(
                        Problem.Severity.ERROR, offer.origin(), 1, offer.key(), "spec.x", "unknown field", "");
                objects = objects.with(offer.key(), new Offer.Refused(offer.key(), offer.origin(), List.of(problem)));
            }
        }
        return new Offers(objects, null, List.of());
    }

    @Test
    void oneBadObjectIsRefusedAloneAndWhatWasGoodOfItStays() {
        ConfigJoin join = TestOffers.join(1);
        join.join(List.of(TestOffers.of(service("a", 80), service("b", 80))));
        ConfigJoin.Outcome outcome = join.join(
                List.of(refused(TestOffers.of(service("a", 80, 81), service("b", 80, 81)), "Service default/b")));
        assertThat(outcome.change().orElseThrow().resources())
                .singleElement()
                .satisfies(change -> assertThat(change.resource()).hasToString("Service default/a"));
        ObjectFate b = fate(outcome, "Service default/b");
        assertThat(b.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(b.keepsLastGood()).isTrue();
        assertThat(b.inForceSince()).isEqualTo(1);
        ObjectFate a = fate(outcome, "Service default/a");
        assertThat(a.verdict()).isEqualTo(Verdict.ACCEPTED);
        assertThat(a.inForceSince()).isEqualTo(2);
        assertThat(outcome.input().objects().get(b.key())).isNotNull();
        assertThat(outcome.problems()).singleElement().matches(Problem::isError);
    }

    @Test
    void whatWasNeverGoodIsNotThere() {
        ConfigJoin join = TestOffers.join(1);
        ConfigJoin.Outcome outcome =
                join.join(List.of(TestOffers.of(secret("s", "kubernetes.io/tls", "tls.crt: x, tls.key: y"))));
        ObjectFate fate = fate(outcome, "Secret default/s");
        assertThat(fate.verdict()).isEqualTo(Verdict.REFUSED);
        assertThat(fate.keepsLastGood()).isFalse();
        assertThat(outcome.input().objects().isEmpty()).isTrue();
    }

    @Test
    void theLaterSourceHasTheWordAndTheEarlierGetsItBack() {
        ConfigJoin join = TestOffers.join(2);
        Offers first = TestOffers.of(service("a", 80));
        Offers second = TestOffers.of(service("a", 90));
        ConfigJoin.Outcome both = join.join(List.of(first, second));
        assertThat(both.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.found()).startsWith("the same resource as in "));
        assertThat(both.input().sorted())
                .singleElement()
                .satisfies(object -> assertThat(KnownHosts.of(object))
                        .containsOnlyKeys("a.default.svc.cluster.local")
                        .containsValue(java.util.Set.of(90)));
        ConfigJoin.Outcome left = join.join(List.of(first, Offers.NOTHING));
        assertThat(left.problems()).isEmpty();
        assertThat(left.change().orElseThrow().resources().getFirst().kind()).isEqualTo(Kind.CHANGED);
    }

    @Test
    void aClustersObjectsAreItsOwnAndIstiosKindsAreTheMeshs() {
        ConfigJoin join = new ConfigJoin(List.of("one", "two"), TestOffers.mesh("{}"));
        ConfigJoin.Outcome outcome = join.join(List.of(
                TestOffers.of(service("a", 80), rule("r", "a", "v1")),
                TestOffers.of(service("a", 80), rule("r", "a", "v2"))));
        assertThat(outcome.input().objects().size()).isEqualTo(3);
        assertThat(outcome.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.subject()).isEqualTo("DestinationRule default/r"));
    }

    @Test
    void anotherPlaceIsNoChange() {
        ConfigJoin join = TestOffers.join(1);
        ConfigJoin.Outcome before = join.join(List.of(TestOffers.of(service("a", 80))));
        ConfigJoin.Outcome after = join.join(List.of(TestOffers.of("# moved\n" + service("a", 80))));
        assertThat(after.change()).isEmpty();
        assertThat(after.input().version()).isEqualTo(before.input().version());
    }

    @Test
    void meshConfigIsAPartOfTheInput() {
        ConfigJoin join = TestOffers.join(2);
        join.join(List.of(Offers.NOTHING, Offers.NOTHING));
        Offers mesh = new Offers(PersistentMap.empty(), TestOffers.mesh("trustDomain: x.example"), List.of());
        ConfigJoin.Outcome outcome = join.join(List.of(mesh, Offers.NOTHING));
        assertThat(outcome.change().map(ConfigChange::meshConfig)).isEqualTo(Optional.of(true));
        assertThat(outcome.input().mesh().trustDomain()).isEqualTo("x.example");
        assertThat(outcome.input().version()).isEqualTo(2);
    }

    @Test
    void aSequenceOfChangesTellsWhatOneReadingOfTheLastTells() {
        Random random = new Random(3);
        for (int run = 0; run < 30; run++) {
            ConfigJoin join = TestOffers.join(2);
            for (int step = 0; step < 12; step++) {
                List<Offers> now = List.of(random(random), random(random));
                ConfigJoin.Outcome sequence = join.join(now);
                ConfigJoin.Outcome scratch = TestOffers.join(2).join(now);
                assertThat(sequence.problems()).isEqualTo(scratch.problems());
                assertThat(sequence.input().objects()).isEqualTo(scratch.input().objects());
                assertThat(sequence.input().mesh()).isEqualTo(scratch.input().mesh());
            }
        }
    }

    private static Offers random(Random random) {
        List<String> texts = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextBoolean()) {
                texts.add(random.nextBoolean() ? service(name, 80) : service(name, 80, 81));
            }
            if (random.nextBoolean()) {
                texts.add(route("r" + name, name, random.nextBoolean() ? "" : "v" + random.nextInt(2)));
            }
            if (random.nextInt(3) == 0) {
                String host = random.nextInt(4) == 0 ? "*.default.svc.cluster.local" : name;
                texts.add(rule("d" + name, host, "v" + random.nextInt(2)));
            }
            if (random.nextBoolean()) {
                texts.add(pod("p" + name, random.nextBoolean() ? "edge" : "other"));
            }
        }
        if (random.nextBoolean()) {
            texts.add(gateway("edge", "s" + random.nextInt(2)));
        }
        if (random.nextBoolean()) {
            texts.add(secret("s" + random.nextInt(2), "Opaque", "cert: x"));
        }
        return TestOffers.of(texts.toArray(String[]::new));
    }
}

package dev.lateen.istiod.translate.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.lateen.api.resource.Origin;
import dev.lateen.istiod.registry.Resolution;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.TrafficDistribution;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PerServiceTest {
    private final List<String> asked = new ArrayList<>();

    private static Service service(String host, String namespace) {
        return new Service(
                new Service.Named(host, namespace, host),
                List.of(),
                new Service.Addresses(List.of(), ""),
                Resolution.ENDPOINTS,
                new Service.Nature(false, false, ""),
                new Service.Members(Map.of(), List.of(), TrafficDistribution.ANY, false),
                new Service.Declared(List.of("*"), Map.of(), Instant.EPOCH, new Origin.InFile("a.yaml", 1, 1)));
    }

    private List<XdsResource> resources(Service service) {
        String name = service.hostname() + " of " + service.namespace();
        asked.add(name);
        return List.of(new XdsResource(name, "v" + asked.size(), Any.getDefaultInstance()));
    }

    private static List<String> names(PerService resources) {
        return resources.all().stream().map(XdsResource::name).toList();
    }

    @Test
    void whatDidNotChangeIsNotMadeAgain() {
        List<Service> services = List.of(service("a", "x"), service("b", "x"), service("c", "x"));
        PerService before = PerService.of(services, this::resources);
        asked.clear();
        PerService next = before.next(services, Set.of("b"), this::resources);
        assertThat(asked).containsExactly("b of x");
        assertThat(next.all().getFirst()).isSameAs(before.all().getFirst());
        assertThat(names(next)).isEqualTo(names(before));
        assertThat(next.all().get(1)).isNotEqualTo(before.all().get(1));
    }

    @Test
    void everyServiceOfAChangedHostIsMadeAgain() {
        List<Service> services = List.of(service("a", "x"), service("b", "x"), service("a", "y"));
        PerService before = PerService.of(services, this::resources);
        asked.clear();
        before.next(services, Set.of("a"), this::resources);
        assertThat(asked).containsExactlyInAnyOrder("a of x", "a of y");
        asked.clear();
        List<Service> more = List.of(services.get(0), services.get(1), services.get(2), service("c", "x"));
        before.next(more, Set.of("a", "c"), this::resources);
        assertThat(asked).containsExactlyInAnyOrder("a of x", "a of y", "c of x");
    }

    @Test
    void servicesComeGoAndMove() {
        Service a = service("a", "x");
        Service b = service("b", "x");
        Service c = service("c", "x");
        PerService before = PerService.of(List.of(a, b, c), this::resources);
        asked.clear();
        assertThat(names(before.next(List.of(a, c), Set.of("b"), this::resources)))
                .containsExactly("a of x", "c of x");
        assertThat(names(before.next(List.of(c, a, b), Set.of(), this::resources)))
                .containsExactly("c of x", "a of x", "b of x");
        assertThat(asked).isEmpty();
        assertThat(before.next(List.of(a, b, c), Set.of(), this::resources).all())
                .isSameAs(before.all());
    }
}

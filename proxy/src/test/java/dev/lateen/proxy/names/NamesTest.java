package dev.lateen.proxy.names;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.NameTable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which names are answered, with what, from a pod of namespace shop. */
class NamesTest {
    private static final NameScope SCOPE = NameScope.of(
            "shop", "shop.svc.cluster.local", List.of("shop.svc.cluster.local", "svc.cluster.local", "cluster.local"));
    private static final Names NAMES = names(Map.of(
            "reviews.shop.svc.cluster.local", service("10.1.0.1", "reviews", "shop"),
            "Ratings.other.svc.cluster.local", service("10.1.0.2", "Ratings", "other"),
            "db-0.db.shop.svc.cluster.local", service("10.2.0.1", "db-0.db", "shop"),
            "far.shop.svc.other.domain", service("10.1.0.3", "far", "shop"),
            "www.example.com", entry("240.240.0.1", "fd00::1"),
            "six.example.com", entry("fd00::6"),
            "*.wild.example.com", entry("240.240.0.2"),
            "*.near.wild.example.com", entry("240.240.0.3"),
            "broken.example.com", entry("10.0.0.0/8", "nonsense")));

    private static Names names(Map<String, NameTable.Host> hosts) {
        return Names.of(new NameTable(hosts), SCOPE);
    }

    private static NameTable.Host service(String address, String name, String namespace) {
        return new NameTable.Host(List.of(address), "Kubernetes", name, namespace, List.of());
    }

    private static NameTable.Host entry(String... addresses) {
        return new NameTable.Host(List.of(addresses), "External", "", "", List.of());
    }

    /** The addresses of both families; null if somebody else is to be asked. */
    private static List<String> find(String name) {
        Names.Match match = NAMES.find(name, 1, 1);
        if (match == null) {
            return List.of("not here");
        }
        return java.util.stream.Stream.concat(match.addresses().ipv4().stream(), match.addresses().ipv6().stream())
                .map(NamesTest::text)
                .toList();
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static String canonical(String name) {
        return Objects.requireNonNull(NAMES.find(name, 1, 1)).canonical();
    }

    @Test
    void aServiceOfTheOwnNamespaceIsCalledByItsNameAlone() {
        for (String name : List.of(
                "reviews.", "reviews.shop.", "reviews.shop.svc.", "reviews.shop.svc.cluster.local.", "REVIEWS.Shop.")) {
            assertThat(find(name)).as(name).containsExactly("10.1.0.1");
            assertThat(canonical(name)).as(name).isEmpty();
        }
        assertThat(find("reviews.shop.svc.cluster.")).containsExactly("not here");
    }

    @Test
    void aServiceOfAnotherNamespaceIsCalledWithIt() {
        assertThat(find("ratings.other.")).containsExactly("10.1.0.2");
        assertThat(find("ratings.other.svc.")).containsExactly("10.1.0.2");
        assertThat(find("ratings.")).containsExactly("not here");
    }

    @Test
    void aPodOfAStatefulSetIsCalledThroughItsService() {
        for (String name :
                List.of("db-0.db.", "db-0.db.shop.", "db-0.db.shop.svc.", "db-0.db.shop.svc.cluster.local.")) {
            assertThat(find(name)).as(name).containsExactly("10.2.0.1");
        }
    }

    @Test
    void aServiceOfAnotherDomainHasNoShortNames() {
        assertThat(find("far.shop.svc.other.domain.")).containsExactly("10.1.0.3");
        assertThat(find("far.shop.")).containsExactly("not here");
        assertThat(find("far.")).containsExactly("not here");
    }

    @Test
    void aNameUnderTheFirstSearchDomainStandsForTheOneWithout() {
        assertThat(find("www.example.com.shop.svc.cluster.local."))
                .containsExactly("240.240.0.1", "fd00:0:0:0:0:0:0:1");
        assertThat(canonical("www.example.com.shop.svc.cluster.local.")).isEqualTo("www.example.com.");
        assertThat(canonical("Ratings.Other.shop.svc.cluster.local.")).isEqualTo("ratings.other.");
        assertThat(find("www.example.com.svc.cluster.local.")).containsExactly("not here");
        assertThat(find("www.example.com.shop.svc.cluster.local.shop.svc.cluster.local."))
                .containsExactly("not here");
        assertThat(find("shop.svc.cluster.local.")).containsExactly("not here");
    }

    @Test
    void theNearestWildcardAnswersAtAnyDepthAndNotForItsParent() {
        assertThat(find("a.wild.example.com.")).containsExactly("240.240.0.2");
        assertThat(find("a.b.wild.example.com.")).containsExactly("240.240.0.2");
        assertThat(find("a.near.wild.example.com.")).containsExactly("240.240.0.3");
        assertThat(find("near.wild.example.com.")).containsExactly("240.240.0.2");
        assertThat(find("wild.example.com.")).containsExactly("not here");
        assertThat(find("a.near.wild.example.com.shop.svc.cluster.local.")).containsExactly("240.240.0.3");
        assertThat(canonical("a.near.wild.example.com.shop.svc.cluster.local.")).isEqualTo("a.near.wild.example.com.");
    }

    @Test
    void aNameIsKnownThoughItHasNoAddressOfTheFamily() {
        Names.Match match = Objects.requireNonNull(NAMES.find("six.example.com.", 1, 1));
        assertThat(match.addresses().ipv4()).isEmpty();
        assertThat(match.addresses().ipv6()).hasSize(1);
    }

    @Test
    void onlyAddressesAreToldHereAndOnlyOfTheInternet() {
        assertThat(NAMES.find("reviews.", 28, 1)).isNotNull();
        for (int type : new int[] {5, 12, 15, 16, 33, 255}) {
            assertThat(NAMES.find("reviews.", type, 1)).as("type " + type).isNull();
        }
        assertThat(NAMES.find("reviews.", 1, 3)).isNull();
    }

    @Test
    void aHostWithoutOneGoodAddressIsNotKnown() {
        assertThat(find("broken.example.com.")).containsExactly("not here");
    }

    @Test
    void oddNamesAreNotKnown() {
        for (String name : List.of(".", "com.", "*.", "*.wild.example.com.x.", "..", "a.")) {
            assertThat(find(name)).as(name).containsExactly("not here");
        }
    }

    @Test
    void aNameInFullGoesBeforeAShortName() {
        Names names = names(Map.of(
                "reviews.shop.svc.cluster.local", service("10.1.0.1", "reviews", "shop"),
                "reviews.shop", entry("240.240.0.9")));
        assertThat(text(Objects.requireNonNull(names.find("reviews.shop.", 1, 1))
                        .addresses()
                        .ipv4()
                        .getFirst()))
                .isEqualTo("240.240.0.9");
    }

    @Test
    void withoutASearchDomainNamesStandForThemselves() {
        Names names = Names.of(
                new NameTable(Map.of("www.example.com", entry("240.240.0.1"))),
                NameScope.of("shop", "shop.svc.cluster.local", List.of()));
        assertThat(names.find("www.example.com.", 1, 1)).isNotNull();
        assertThat(names.find("www.example.com.shop.svc.cluster.local.", 1, 1)).isNull();
    }
}

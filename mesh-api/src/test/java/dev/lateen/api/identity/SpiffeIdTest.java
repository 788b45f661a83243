package dev.lateen.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpiffeIdTest {
    @Test
    void anIdentityIsReadAndWrittenAsByIstio() {
        SpiffeId id = new SpiffeId("cluster.local", "default", "bookinfo-reviews");
        assertThat(id.uri()).isEqualTo("spiffe://cluster.local/ns/default/sa/bookinfo-reviews");
        assertThat(id.principal()).isEqualTo("cluster.local/ns/default/sa/bookinfo-reviews");
        assertThat(SpiffeId.parse(id.uri())).contains(id);
    }

    @Test
    void otherUrisAreNoIdentities() {
        for (String uri : new String[] {
            "",
            "spiffe://",
            "spiffe://td",
            "spiffe://td/ns/a/sa/",
            "spiffe:///ns/a/sa/b",
            "spiffe://td/ns/a/sa/b/c",
            "https://td/ns/a/sa/b",
            "spiffe://td/sa/a/ns/b"
        }) {
            assertThat(SpiffeId.parse(uri)).as(uri).isEmpty();
        }
    }

    @Test
    void partsThatCouldNotBeToldApartAreRefused() {
        assertThatThrownBy(() -> new SpiffeId("td", "a/b", "c"))
                .hasMessage("namespace: 'a/b' (expected: not empty, no slash)");
        assertThatThrownBy(() -> new SpiffeId("td", "a", "")).hasMessageContaining("service account");
    }
}

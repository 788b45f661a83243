package dev.lateen.install.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PodNameTest {
    @Test
    void podsAndWorkloadsAreNamedAsIstioctlTakesThem() {
        assertThat(PodName.of("a", "d")).isEqualTo(new PodName(PodName.Kind.POD, "a", "d"));
        assertThat(PodName.of("a.shop", "d")).isEqualTo(new PodName(PodName.Kind.POD, "a", "shop"));
        assertThat(PodName.of("pod/a", "d")).isEqualTo(new PodName(PodName.Kind.POD, "a", "d"));
        assertThat(PodName.of("deploy/a.shop", "d")).isEqualTo(new PodName(PodName.Kind.DEPLOYMENT, "a", "shop"));
        assertThat(PodName.of("deployments.apps/a", "d")).isEqualTo(new PodName(PodName.Kind.DEPLOYMENT, "a", "d"));
        assertThat(PodName.of("svc/a", "d")).isEqualTo(new PodName(PodName.Kind.SERVICE, "a", "d"));
        assertThat(PodName.of("with.dots.shop", "d")).isEqualTo(new PodName(PodName.Kind.POD, "with.dots", "shop"));
    }

    @Test
    void whatNamesNoPodIsRefused() {
        assertThatThrownBy(() -> PodName.of("node/a", "d"))
                .hasMessageContaining("node: no type that has pods (expected: pod, deployment,");
        assertThatThrownBy(() -> PodName.of("deploy/", "d")).hasMessageContaining("'deploy/' names no pod");
        assertThatThrownBy(() -> PodName.of("a.", "d")).hasMessageContaining("'a.' names no pod");
        assertThatThrownBy(() -> PodName.of("", "d")).hasMessageContaining("'' names no pod");
    }
}

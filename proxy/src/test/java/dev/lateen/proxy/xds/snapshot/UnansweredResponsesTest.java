package dev.lateen.proxy.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.xds.decode.ResourceType;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnansweredResponsesTest {
    private final UnansweredResponses<String> answers = new UnansweredResponses<>();
    private final Set<String> waiting = new HashSet<>();

    @Test
    void thoseOfOneTypeAreAnsweredInOrder() {
        answers.add(ResourceType.CLUSTER, "first");
        answers.add(ResourceType.CLUSTER, "second");
        answers.add(ResourceType.ROUTES, "routes");
        waiting.add("first");
        assertThat(answers.ready(waiting::contains)).containsExactly("routes");
        waiting.clear();
        assertThat(answers.ready(waiting::contains)).containsExactly("first", "second");
        assertThat(answers.ready(waiting::contains)).isEmpty();
    }

    @Test
    void noneIsKeptWithoutEnd() {
        for (int i = 0; i < 20; i++) {
            answers.add(ResourceType.CLUSTER, "" + i);
        }
        assertThat(answers.ready(_ -> true)).containsExactly("0", "1", "2", "3");
    }
}

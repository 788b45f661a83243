package dev.lateen.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OrderedEndTest {
    @Test
    void aStartThatASignalCutsShortEndsWithoutComplaint() throws Exception {
        int exitCode = new OrderedEnd().run(stop -> {
            stop.countDown();
            throw new IllegalStateException("Shutdown in progress");
        });
        assertThat(exitCode).isZero();
    }

    @Test
    void whatGoesWrongByItselfIsTold() {
        assertThatThrownBy(() -> new OrderedEnd().run(stop -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
    }
}

package dev.lateen.it;

import java.time.Duration;

/**
 * How long a test waits for what is promised to come. It shows nothing: what is awaited takes milliseconds or some seconds, and only a test that would fail anyway waits
 * so long. On a machine whose cores are busy with other things a start or a change takes many times as long as on an idle one; how fast they are is
 * for benchmarks to measure.
 */
final class Patience {
    /** For a change to arrive. */
    static final Duration OF_A_CHANGE = Duration.ofSeconds(60);

    /** For processes to start or to end. */
    static final Duration OF_A_START = Duration.ofMinutes(3);

    private Patience() {}
}

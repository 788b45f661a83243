package dev.lateen.proxy.xds;

/**
 * How often a control plane sent something of one type: Envoy's {@code update_success} and {@code update_rejected}.
 *
 * @param successes responses that were taken wholly
 * @param rejections responses with at least one resource that could not be used
 */
public record UpdateCounts(long successes, long rejections) {
    static final UpdateCounts NONE = new UpdateCounts(0, 0);

    UpdateCounts plus(boolean rejected) {
        return rejected ? new UpdateCounts(successes, rejections + 1) : new UpdateCounts(successes + 1, rejections);
    }
}

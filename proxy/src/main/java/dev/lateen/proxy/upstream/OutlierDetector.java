package dev.lateen.proxy.upstream;

/** Takes hosts that keep failing out of balancing for a while: {@code envoy.config.cluster.v3.OutlierDetection}. */
@SuppressWarnings("DoNotCallSuggester")
final class OutlierDetector {
    void onResponse(Host host, int status) {
        throw new UnsupportedOperationException();
    }

    void onConnected(Host host, boolean last) {
        throw new UnsupportedOperationException();
    }

    void onLocalFailure(Host host, LocalFailure failure) {
        throw new UnsupportedOperationException();
    }
}

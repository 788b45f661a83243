package dev.lateen.proxy.http.call;

/** Something under way that can be given up. Used on the event loop that it was begun on, unless whoever hands it out says otherwise. */
public interface Pending {
    /** What is over already. */
    Pending OVER = () -> {};

    /**
     * Gives it up: a stream is reset at once and its room is free again, and whoever waits hears nothing more. Of no effect once it is over.
     */
    void cancel();
}

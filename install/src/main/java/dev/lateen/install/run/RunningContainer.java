package dev.lateen.install.run;

/** A container that was started, in whatever way. Safe from any thread. */
interface RunningContainer {
    /** Whether it can be sent requests. */
    enum Health {
        /** Not yet, but it may come to it by itself soon. */
        STARTING,
        READY,
        /** It ended, can't be started, or says itself that it is not ready. */
        NOT_READY
    }

    /** Whether it can be sent requests. */
    Health health();

    /** How it is, in a few words for the table. */
    String state();

    /** Ends it; returns when it has ended, within some seconds. */
    void stop();
}

package dev.lateen.install.run;

/** A container that was started, in whatever way. */
interface RunningContainer {
    /** How it is, in a few words for the table. */
    String state();

    /** Ends it; returns when it has ended, within some seconds. */
    void stop();
}

import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";

export const tvNetwork: Domain = {
  id: "tv_network",
  split: "train",
  tables: [
    table("Channels", ["channel", "channels"], 8, [
      id("ChannelCode", "channel code"),
      named("ChannelName", "name", [
        "Alpha TV",
        "Bright One",
        "City Live",
        "Docu Plus",
        "Echo",
        "Family Box",
        "Globe",
        "Horizon",
      ]),
      category("Language", "language", ["English", "French", "Hindi"], { eq: ["in {v}"] }),
      year("LaunchYear", "launch year", 1981, 2016, { over: ["launched after {v}"], under: ["launched before {v}"] }),
    ]),
    table("Series", ["series", "series"], 22, [
      id("SeriesCode", "series code"),
      named(
        "SeriesTitle",
        "title",
        combine(
          ["Family", "Night", "Island", "Doctor", "Captain"],
          ["Secrets", "Patrol", "Stories", "Ward", "Detectives"],
        ),
      ),
      refers("ChannelCode", "Channels", "shown on", { has: "showed" }),
      category("Language", "language", ["English", "Spanish", "Hindi"], { eq: ["in {v}"] }),
      integer("Seasons", "number of seasons", 1, 14, { noun: "seasons", sum: true }),
      real("Budget", "budget", 0.5, 24, { nulls: 0.09, sum: true }, 0.5),
    ]),
    table("Episodes", ["episode", "episodes"], 60, [
      id("EpisodeCode", "episode code"),
      named(
        "EpisodeTitle",
        "title",
        combine(
          ["The Wrong", "The First", "The Quiet", "The Cold", "The Secret", "The Stolen", "The Final", "The Missing"],
          ["Door", "Letter", "Witness", "Train", "Wedding", "Ring", "Visitor", "Promise"],
        ),
      ),
      refers("SeriesCode", "Series", "of", { unused: 2 }),
      date("AirDate", "air date", "2018-01-04", "2024-03-28", {
        over: ["aired after {v}"],
        under: ["aired before {v}"],
      }),
      real("Viewers", "number of viewers", 0.5, 9, { sum: true, most: "most watched", least: "least watched" }, 0.25),
    ]),
  ],
};
